/*
 * A profile of AppArmor's, in complain mode: what it would deny is logged. Two
 * bytes of hexadecimal or a wildcard stand for what its language has no letter
 * for.
 */
#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "profile/profile.h"
#include "profile/profile_calls.h"

#define NAME "kaudit-job"
#define OWN  "/proc/self"

static const struct {
	enum audit_verb verb;
	const char *access;
} accesses[] = {
	{ VERB_READ, "r" },   { VERB_LIST, "r" },    { VERB_MAP, "rm" },
	{ VERB_EXEC, "rm" },  { VERB_WRITE, "w" },   { VERB_CREATE, "w" },
	{ VERB_DELETE, "w" }, { VERB_RENAME, "rw" }, { VERB_LINK, "rwl" },
	{ VERB_CHANGE, "w" },
};

/* Each letter once, in the order in which they are usually written; who runs
 * something stays under this profile. */
static void put_access(struct text *text, uint32_t verbs)
{
	static const char letters[] = "mrwlk";

	for (const char *letter = letters; *letter; letter++) {
		bool has = false;

		for (size_t i = 0; i < ARRAY_LEN(accesses); i++)
			has |= verbs & VERB_BIT(accesses[i].verb) &&
			       strchr(accesses[i].access, *letter);
		/* Locks are told by nobody: what is open may be locked. */
		if (has || (*letter == 'k' && verbs & PROFILE_CHANGING))
			text_char(text, *letter);
	}
	text_put(text, verbs & VERB_BIT(VERB_EXEC) ? "ix,\n" : ",\n");
}

/* A quoted name takes a backslash before what would be a pattern. What is no
 * letter is any byte. */
static void put_name(struct text *text, const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)name[i];

		if (byte < ' ' || byte > '~' || byte == '"' || byte == '\\')
			text_char(text, '?');
		else
			text_format(text,
				    strchr("*?[]{}^@,$", byte) ? "\\%c" : "%c",
				    byte);
	}
}

static void put_rule(struct text *text, const char *name, size_t length,
		     const char *after, uint32_t verbs)
{
	size_t own = strlen(OWN);

	text_put(text, "  \"");
	if (profile_holds(OWN, own, name, length)) {
		text_put(text, "/proc/[0-9]*");
		name += own;
		length -= own;
	}
	put_name(text, name, length);
	text_put(text, after);
	text_put(text, "\" ");
	put_access(text, verbs);
}

/* Directories end in a slash there, and who opens one to read it may not have
 * said what it is. */
static void put_path(struct text *text, const struct profile_path *path)
{
	const char *name = path->name->text;
	size_t length = path->name->length;
	const uint32_t of_both = VERB_BIT(VERB_READ) | VERB_BIT(VERB_LIST) |
				 VERB_BIT(VERB_CHANGE) | PROFILE_NAMING;
	bool is_root = length == 1;

	if (!(path->verbs & (PROFILE_READING | PROFILE_CHANGING)))
		return;
	if (path->is_tree) {
		put_rule(text, name, length, is_root ? "" : "/", path->verbs);
		put_rule(text, name, length, is_root ? "**" : "/**",
			 path->verbs);
		return;
	}
	if (is_root)
		put_rule(text, name, length, "", path->verbs);
	else if (!(path->verbs & ~VERB_BIT(VERB_LIST)))
		put_rule(text, name, length, "/", path->verbs);
	else
		put_rule(text, name, length,
			 path->verbs & of_both ? "{,/}" : "", path->verbs);
}

static void put_family(struct text *text, unsigned family)
{
	const char *name = profile_family(family);

	if (!name || strncmp(name, "AF_", 3) != 0)
		return;
	text_put(text, "  network ");
	for (name += 3; *name; name++)
		text_char(text, *name >= 'A' && *name <= 'Z'
				    ? (char)(*name - 'A' + 'a')
				    : *name);
	text_put(text, ",\n");
}

static void put_network(struct text *text, const struct profile *profile)
{
	if (!profile->has_families) {
		text_put(text, "  network,\n");
		return;
	}
	for (unsigned family = 0; family < CENSUS_FAMILIES; family++)
		if (profile->census.families >> family & 1)
			put_family(text, family);
}

static void put_others(struct text *text, const struct profile *profile)
{
	text_put(text, "  signal peer=" NAME ",\n"
		       "  signal (receive) peer=unconfined,\n");
	if (profile->others & VERB_BIT(VERB_SIGNAL))
		text_put(text, "  signal (send),\n");
	if (profile->others & VERB_BIT(VERB_TRACE))
		text_put(text, "  ptrace peer=" NAME ",\n");
	/* A trace does not tell which capabilities let a call through. */
	text_put(text, "  capability,\n");
	if (profile->others & VERB_BIT(VERB_KERNEL))
		text_put(text, "  mount,\n  umount,\n  pivot_root,\n");
}

int profile_put_apparmor(struct text *text, const struct profile *profile)
{
	const uint32_t anything = profile->everywhere;

	profile_put_comments(text, profile, "# ");
	text_put(text,
		 "# What it would deny is logged. Without \"complain\" it "
		 "is denied.\n"
		 "profile " NAME " flags=(complain) {\n");
	put_network(text, profile);
	put_others(text, profile);
	/* What the kernel maps to start a program, without being asked. */
	text_put(text, "  \"/{,usr/}lib{,32,64,x32}/{,**/}ld-*.so*\" mr,\n");
	if (anything & (PROFILE_READING | PROFILE_CHANGING))
		put_rule(text, "/", 1, "{,**}", anything);
	for (size_t i = 0; i < profile->count; i++)
		put_path(text, &profile->paths[i]);
	text_put(text, "}\n");
	return text->failed ? -ENOMEM : 0;
}
