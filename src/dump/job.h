/* What is to be made of a trace: which of it is read, chosen and shown. */
#ifndef DUMP_JOB_H
#define DUMP_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "foreign/input.h"
#include "show/view.h"

/* Where debug files are, unless somebody says. */
#define JOB_DEBUG_DIRECTORIES "/usr/lib/debug"

/* Patterns of what is to be masked. */
#define JOB_REDACT_MAX 64u

struct report_kind;
struct text;

struct job {
	const char *file; /* what it is called; "-": standard input */
	/* Files that go on where it ends, up to a NULL; or NULL. */
	char *const *more;
	enum input_origin origin;
	bool follow;         /* the file may grow */
	uint32_t facilities; /* KTRFAC() bits, when has_facilities */
	bool has_facilities;
	int64_t id;        /* of a process or a thread; 0: all of them */
	const char *where; /* an expression of query/query.h, or NULL */
	const char *redact[JOB_REDACT_MAX]; /* of redact/redact.h */
	unsigned redact_count;
	const char *debug_directories;
	const struct report_kind *report; /* what is made of all, or NULL */
	void *subject; /* what that kind of report wants to be given */
	bool json;
	bool joined;
	int out; /* where to print */
	struct view view;
};

/* Takes an expression, once, after having looked at it. 0, or -EINVAL or
 * -ENOMEM with one line in *error. */
int job_take_where(struct job *job, const char *value, struct text *error);

#endif
