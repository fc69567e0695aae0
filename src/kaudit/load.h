/*
 * Files -> a trace's facts, and a policy. What fails is said in one line.
 */
#ifndef KAUDIT_LOAD_H
#define KAUDIT_LOAD_H

#include <stddef.h>

#include "audit/audit.h"

struct kaudit_options;
struct mask;
struct policy;
struct roots;
struct text;

/*
 * Reads a trace from fd. A damaged one is what it holds, and said to be
 * incomplete. mask: takes secrets out of the file; NULL: it stays as it is. 0
 * or -errno. *ret is to be given to audit_done() in any case.
 */
int load_trace(struct audit *ret, int fd, const char *name, struct mask *mask,
	       struct text *error);
int load_trace_file(struct audit *ret, const char *path, struct text *error);
/* The same, and has somebody visit each call. */
int load_trace_calls(struct audit *ret, const char *path, audit_visit *visit,
		     void *context, struct text *error);

/* Those that were given, and the others. *ret: all zeros. 0 or -errno. */
int load_roots(struct roots *ret, const struct kaudit_options *options,
	       const char *directory, struct text *error);

/* All of a file: *ret is malloc'd. 0 or -errno. */
int load_text(const char *path, char **ret, size_t *ret_length);

/*
 * The built-in lines, and those of a text (NULL: none), which is called so. As
 * load_policy().
 */
int load_rules(struct policy *ret, const struct kaudit_options *options,
	       const char *directory, const char *name, const char *text,
	       size_t length, struct text *error);

/*
 * The built-in lines, and those of --policy. directory: where the job started,
 * or NULL. 0; -EINVAL for a bad policy, other -errno where it cannot be read.
 * *ret is to be given to policy_done() in any case.
 */
int load_policy(struct policy *ret, const struct kaudit_options *options,
		const char *directory, struct text *error);

/* Where the job in a trace started, or NULL. */
const char *load_directory(const struct audit *audit);

#endif
