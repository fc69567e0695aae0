/*
 * What a trace does not hold, or cannot prove, with the reason: each kind once,
 * counted.
 */
#ifndef JOIN_GAP_H
#define JOIN_GAP_H

#include <stdint.h>

#include "base/text.h"
#include "trace/record.h"

struct record;

/* Different ones; all others are counted as one. */
#define GAPS_MAX 512u

struct gap {
	struct text what; /* for people; any bytes */
	uint64_t count;
	int32_t pid; /* of the first; 0: it is of no process */
	char comm[RECORD_COMM_SIZE];
};

struct gaps {
	struct gap items[GAPS_MAX + 1];
	unsigned count;
};

void gaps_done(struct gaps *gaps);

/* Counts so many. record: whose they are, or NULL. 0 or -ENOMEM. */
int gaps_add(struct gaps *gaps, const struct record *record, uint64_t count,
	     const char *what);
/* The same with the text in *what, which is taken over. */
int gaps_add_text(struct gaps *gaps, const struct record *record,
		  uint64_t count, struct text *what);

#endif
