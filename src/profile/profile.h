/*
 * What a job did, or a policy allows -> what a sandbox has to let through, and
 * that as text in the languages of several sandboxes. Reads no file.
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/census.h"
#include "audit/learn.h"
#include "audit/name.h"
#include "audit/verb.h"
#include "base/text.h"
#include "join/gap.h"

struct audit;
struct policy;

/* Ranges of ports; more are all ports. */
#define PROFILE_PORTS_MAX 256u

/* Directories of old that often are symbolic links into /usr. */
#define PROFILE_LINKS                                                          \
	{                                                                      \
		"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"         \
	}

/* Verbs (VERB_BIT()s) that may be done to a path, or to a directory and all
 * below it. */
struct profile_path {
	const struct name *name;
	uint32_t verbs;
	bool is_tree;
};

struct profile_ports {
	struct profile_range {
		uint32_t low, high;
	} items[PROFILE_PORTS_MAX];
	unsigned count;
};

struct profile {
	struct profile_path *paths; /* by name; a tree before what is in it */
	size_t count, room;
	uint32_t everywhere; /* verbs that may be done to anything at all */
	struct profile_ports connects, binds;
	uint32_t others;           /* verbs that are done to no file */
	bool uses_inet, uses_unix; /* addresses of these */
	const struct name *cwd;    /* where the job started; NULL: not known */
	/* Of a trace alone: */
	struct census census;
	bool has_calls;       /* it holds all calls */
	struct names aliases; /* other names of what is among the paths */
	struct names made;    /* what was not there before */
	struct names old;     /* what was read in /tmp, and was there */
	struct learn learn;
	bool tmp_is_private; /* nothing in /tmp was */
	unsigned links; /* PROFILE_LINKS that are but links into /usr: bits */
	bool is_policy;
	/* Sockets are of census.families alone, where that is known. */
	bool has_families;
	/* What is forbidden; of calls, by a policy alone. */
	struct select denied;
	bool denies_userns, denies_namespaces, denies_signals;

	struct names names; /* of the paths */
	struct gaps coarse; /* what is let through though it was not meant */
	struct text provenance; /* lines, plain ASCII */
};

/*
 * Of traces: open, add each, end. Of more than so many names of a directory all
 * are let through. policy: roots, and what is sensitive; it must live as long.
 * 0 or -ENOMEM; *ret is to be given to profile_done() in any case.
 */
void profile_open(struct profile *ret, const struct policy *policy,
		  unsigned collapse);
int profile_add_trace(struct profile *profile, const struct audit *audit);
int profile_end_traces(struct profile *profile);
/* Of a policy, likewise. */
int profile_of_policy(struct profile *ret, const struct policy *policy);
void profile_done(struct profile *profile);

/*
 * Where a path has to be writable for its verbs: names are made and removed in
 * its directory, or in the one above, where that was made as well.
 */
size_t profile_place(const struct profile *profile,
		     const struct profile_path *path);
/* Of these the directory is what counts. */
#define PROFILE_NAMING                                                         \
	(VERB_BIT(VERB_CREATE) | VERB_BIT(VERB_DELETE) |                       \
	 VERB_BIT(VERB_RENAME) | VERB_BIT(VERB_LINK))
#define PROFILE_CHANGING                                                       \
	(PROFILE_NAMING | VERB_BIT(VERB_WRITE) | VERB_BIT(VERB_CHANGE))
#define PROFILE_READING                                                        \
	(VERB_BIT(VERB_READ) | VERB_BIT(VERB_LIST) | VERB_BIT(VERB_EXEC) |     \
	 VERB_BIT(VERB_MAP))
/* Whether the directory holds the path, or is it. */
bool profile_holds(const char *dir, size_t dir_length, const char *path,
		   size_t length);

/* ---- as text; 0 or -ENOMEM ---- */

int profile_put_seccomp(struct text *text, const struct profile *profile);
int profile_put_landlock(struct text *text, const struct profile *profile);
int profile_put_apparmor(struct text *text, const struct profile *profile);
int profile_put_systemd(struct text *text, const struct profile *profile);
/* Words, each with its NUL; profile_put_shell() quotes them for a shell. */
int profile_put_bubblewrap(struct text *text, const struct profile *profile);
int profile_put_shell(struct text *text, const struct text *words,
		      const struct profile *profile);

/* Lines of provenance, and of what is coarse, each behind `start`. */
void profile_put_comments(struct text *text, const struct profile *profile,
			  const char *start);

#endif
