/* What differs between two traces, as lines or objects. */
#ifndef REPORT_DIFFERENCE_H
#define REPORT_DIFFERENCE_H

#include <stdbool.h>

#include "compare/traits.h"

struct comparison;
struct text;
struct view;

/* How far the differences are told. */
struct difference {
	const struct view *view;
	const struct comparison *comparison;
	const char *names[2]; /* of the traces */
	bool counts;          /* of all groups */
	bool json;
	bool any;               /* one is told */
	enum trait_group group; /* of the last one */
};

/* What must be known before: of lines, that a trace is not whole. */
void difference_put_traces(struct text *text,
			   const struct difference *difference);

void difference_put(struct text *text, struct difference *difference,
		    const struct trait *trait);

/* What is to be said where nothing differs. */
void difference_put_none(struct text *text,
			 const struct difference *difference);

#endif
