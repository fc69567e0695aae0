/*
 * Which calls and events a person wants to see: one expression, as kdump-u(1)
 * describes it, over what is known of a record or of a whole call.
 *
 *	failed and path = /etc/passwd
 *	call = @network and not (addr = 127.0.0.0/8 or errno = EINPROGRESS)
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct query;
struct record;
struct state;
struct text;

/* What the expression is asked about. */
struct query_subject {
	const struct record *record; /* of a call its entry */
	const struct call *call;     /* NULL: a record alone */
	const struct state *state;
};

/*
 * 0; -EINVAL with one line in *error that says where it is wrong and what would
 * be right; -ENOMEM. The expression may go.
 */
int query_parse(struct query **ret, const char *expression, struct text *error);
void query_free(struct query *query); /* NULL is fine */

/* Whether there is a query in it, for whoever takes options: 0, or -EINVAL or
 * -ENOMEM with one line in *error. */
int query_check(const char *expression, struct text *error);

/* Whether it asks for what only a whole call tells: its paths, its result. */
bool query_needs_calls(const struct query *query);

/* Whether it looks at what was captured between its entry and its return. */
bool query_needs_parts(const struct query *query);

/* Learns from a record, shown or not, before it or its call is asked about. 0
 * or -ENOMEM. */
int query_learn(struct query *query, const struct record *record);

/* Forgets a process whose PROCDTOR has been asked about. */
void query_forget(struct query *query, const struct record *record);

bool query_matches(const struct query *query,
		   const struct query_subject *subject);

/* Records of which nothing else is known than when they were made, and which
 * numbers they have; both ends are included. */
struct query_span {
	uint64_t earliest_ns, latest_ns;
	uint64_t first, last;
};

/* False when it is true of none of them, nor of a call that begins there, and
 * need not learn from them either. */
bool query_may_match(const struct query *query, const struct query_span *span);

/* What may be asked for, a line each, for --help. */
void query_help(struct text *text);

#endif
