/*
 * What can be done, in the words that facts and policies have for it.
 */
#ifndef AUDIT_VERB_H
#define AUDIT_VERB_H

#include <stddef.h>
#include <stdint.h>

enum audit_verb {
	VERB_READ,
	VERB_LIST,
	VERB_WRITE,
	VERB_CREATE,
	VERB_DELETE,
	VERB_RENAME,
	VERB_LINK,
	VERB_CHANGE,
	VERB_EXEC,
	VERB_MAP,
	VERB_LOOK,
	VERB_CONNECT,
	VERB_BIND,
	VERB_LISTEN,
	VERB_ACCEPT,
	VERB_SEND,
	VERB_SIGNAL,
	VERB_TRACE,
	VERB_KERNEL,
	VERB_PRIVILEGE,
	VERB_COUNT,
};

/* What a verb is done to. */
enum verb_family {
	VERB_ON_FILE,    /* a path */
	VERB_ON_SOCKET,  /* an address */
	VERB_ON_PROCESS, /* the program that another process runs */
	VERB_ON_SYSTEM,  /* a system call */
};

#define VERB_BIT(verb) (UINT32_C(1) << (verb))
#define VERB_ALL       (VERB_BIT(VERB_COUNT) - 1)

/* "read" */
const char *verb_name(enum audit_verb verb);
/* One line: what is meant by it. */
const char *verb_help(enum audit_verb verb);
enum verb_family verb_family(enum audit_verb verb);

/* VERB_COUNT: no verb is called so. */
enum audit_verb verb_by_name(const char *name, size_t length);

#endif
