/*
 * What kaudit-u says of jobs, for tests: runs it, and finds facts in its
 * reports. A test that includes this links jansson.
 */
#ifndef SUPPORT_AUDITED_H
#define SUPPORT_AUDITED_H

#include <stdbool.h>

#include <jansson.h>

#include "support/run.h"

/* Exit statuses of an audit. */
#define AUDITED_COMPLIES 0
#define AUDITED_VIOLATES 1
#define AUDITED_UNKNOWN  3

/* A place with a policy "p" that protects the file "secret". *state: whose. */
void audited_open(struct run_place *place, void **state);

/* Words of kaudit-u, up to a NULL; env as in struct run_spec, or NULL. */
void audited_run(struct run_result *ret, const struct run_place *place,
		 const char *const *words, const char *const *env);
/* A script under it, with that policy, into the trace "t"; it exits as the
 * audit ends. */
void audited_script(struct run_result *ret, const struct run_place *place,
		    const char *script);

/* All that it tells of the trace "t"; the caller's. */
json_t *audited_report(const struct run_place *place);

/* What a fact is, or ends in; NULL: anything. */
struct audited_wanted {
	const char *verb, *object, *outcome;
};
bool audited_has_fact(const json_t *report,
		      const struct audited_wanted *wanted);
/* The same of one that was done first by that call. */
bool audited_has_call(const json_t *report, const char *call,
		      const struct audited_wanted *wanted);

/* Whether all is known; whether that is not: NULL is anything. */
bool audited_is_complete(const json_t *report);
bool audited_has_gap(const json_t *report, const char *what);

#endif
