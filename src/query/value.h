/*
 * What a term compares with: numbers and spans of them, patterns, sets of
 * calls, addresses.
 */
#ifndef QUERY_VALUE_H
#define QUERY_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/glob.h"
#include "decode/endpoint.h"
#include "query/lexer.h"
#include "trace/record.h"

struct text;
struct wanted;

enum value_kind {
	VALUE_NONE,     /* the term stands alone: failed */
	VALUE_NUMBER,   /* 3, 0x1f, -1, 64k */
	VALUE_PROCESS,  /* a process id */
	VALUE_DURATION, /* 10ms, 1.5: nanoseconds; seconds without a unit */
	VALUE_TIME,     /* 2026-11-20T10:00:00, or seconds since 1970 */
	VALUE_ERRNO,    /* ENOENT, 2 */
	VALUE_SIGNAL,   /* SIGTERM, TERM, 15 */
	VALUE_TEXT,     /* a pattern */
	VALUE_PATH,     /* a pattern of paths */
	VALUE_MARKS,    /* two patterns: 'from'..'to' */
	VALUE_CALL,     /* a name, @class */
	VALUE_POINT,    /* letters of trace points */
	VALUE_ENDPOINT, /* 10.0.0.0/8, :443, /run/x */
};

struct value {
	int64_t low, high;          /* of numbers, both included */
	struct glob pattern, until; /* of patterns, whose text it owns */
	/* Of errors and signals that have names: their numbers, by enum
	 * record_system; 0: that one has none. */
	bool is_named;
	int32_t numbers[RECORD_SYSTEM_COUNT];
	struct wanted *calls; /* owned */
	uint32_t facilities;  /* KTRFAC() bits */
	struct endpoint endpoint;
};

/* Whether values of a kind have an order, and spans. */
bool value_is_ordered(enum value_kind kind);

/*
 * Takes a value from its words: the second is NULL, or ends a span. 0; -EINVAL
 * with *ret_wrong saying what such a value is: "a number"; -ENOMEM. On failure
 * nothing is to be freed.
 */
int value_parse(struct value *ret, enum value_kind kind,
		const struct token *from, const struct token *to,
		const char **ret_wrong);
void value_done(struct value *value);

#endif
