/*
 * Names that mkstemp(3) and its like make up, which differ from run to run. By
 * itself no name is one: a trace tells which files were made so that they could
 * not be there before, for their owner alone; and one of them is temporary
 * where the other trace has one, too, that differs in these characters alone.
 */
#ifndef COMPARE_TEMPORARY_H
#define COMPARE_TEMPORARY_H

#include <stdbool.h>
#include <stddef.h>

struct call;
struct text;
struct temporary_name;

/* Names remembered of each trace; those beyond are no temporary ones. */
#define TEMPORARIES_MAX 65536u

/* All zeros at first. */
struct temporaries {
	struct temporary_name *names;   /* a table, by the last component */
	struct temporary_shape *shapes; /* of those: with X for what differs */
};

void temporaries_done(struct temporaries *temporaries);

/* Learns what a call of one trace (0 or 1) makes. 0 or -ENOMEM. */
int temporaries_learn(struct temporaries *temporaries, unsigned trace,
		      const struct call *call);

/* Finds those that are temporary, when all of both traces is learnt. 0 or
 * -ENOMEM. */
int temporaries_settle(struct temporaries *temporaries);

/*
 * Appends a text in which each temporary name has X for what differs. False,
 * and nothing appended, when there is none.
 */
bool temporaries_put(const struct temporaries *temporaries, struct text *text,
		     const char *data, size_t length);

#endif
