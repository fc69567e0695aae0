/* The one table of verbs. */
#include "audit/verb.h"

#include <string.h>

static const struct {
	const char *name;
	enum verb_family family;
	const char *help;
} verbs[VERB_COUNT] = {
	[VERB_READ] = { "read", VERB_ON_FILE, "opened a file to read it" },
	[VERB_LIST] = { "list", VERB_ON_FILE, "read what is in a directory" },
	[VERB_WRITE] = { "write", VERB_ON_FILE,
			 "opened a file to write it, or cut it" },
	[VERB_CREATE] = { "create", VERB_ON_FILE,
			  "made what was not there before" },
	[VERB_DELETE] = { "delete", VERB_ON_FILE, "removed it" },
	[VERB_RENAME] = { "rename", VERB_ON_FILE, "gave it another name" },
	[VERB_LINK] = { "link", VERB_ON_FILE, "gave it one more name" },
	[VERB_CHANGE] = { "change", VERB_ON_FILE,
			  "changed its mode, owner, times or attributes" },
	[VERB_EXEC] = { "exec", VERB_ON_FILE, "ran it" },
	[VERB_MAP] = { "map", VERB_ON_FILE,
		       "mapped it into memory, to be run" },
	[VERB_LOOK] = { "look", VERB_ON_FILE, "asked about it, or went there" },
	[VERB_CONNECT] = { "connect", VERB_ON_SOCKET,
			   "connected a socket to it" },
	[VERB_BIND] = { "bind", VERB_ON_SOCKET, "took it as an address" },
	[VERB_LISTEN] = { "listen", VERB_ON_SOCKET, "waited there for others" },
	[VERB_ACCEPT] = { "accept", VERB_ON_SOCKET, "let it connect" },
	[VERB_SEND] = { "send", VERB_ON_SOCKET,
			"sent to it without connecting" },
	[VERB_SIGNAL] = { "signal", VERB_ON_PROCESS, "sent it a signal" },
	[VERB_TRACE] = { "trace", VERB_ON_PROCESS,
			 "looked into it, or changed it, as debuggers do" },
	[VERB_KERNEL] = { "kernel", VERB_ON_SYSTEM,
			  "asked for bpf, mounts, modules and the like" },
	[VERB_PRIVILEGE] = { "privilege", VERB_ON_SYSTEM,
			     "set its user, groups or capabilities" },
};

const char *verb_name(enum audit_verb verb)
{
	return verbs[verb].name;
}

const char *verb_help(enum audit_verb verb)
{
	return verbs[verb].help;
}

enum verb_family verb_family(enum audit_verb verb)
{
	return verbs[verb].family;
}

enum audit_verb verb_by_name(const char *name, size_t length)
{
	unsigned verb = 0;

	while (verb < VERB_COUNT &&
	       (strlen(verbs[verb].name) != length ||
		memcmp(verbs[verb].name, name, length) != 0))
		verb++;
	return (enum audit_verb)verb;
}
