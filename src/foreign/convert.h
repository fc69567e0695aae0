/*
 * Records of another kernel -> ours, one by one: each becomes one, several, or
 * with others one. Makes no I/O.
 */
#ifndef FOREIGN_CONVERT_H
#define FOREIGN_CONVERT_H

#include <stdbool.h>

#include "trace/record.h"

struct convert;
struct format;

/* 0 or -ENOMEM. The format must live as long. */
int convert_open(struct convert **ret, const struct format *format);
void convert_close(struct convert *convert); /* NULL is fine */

/*
 * Takes a record with its payload, as it stands in the file; what it became is
 * asked for next, as long as its payload is there. A fault: it cannot be what
 * its header says; what came before it can be asked for all the same.
 */
enum record_fault convert_take(struct convert *convert,
			       const struct record *raw);
/* Nothing is known to come: what waits for more is to be asked for. */
void convert_end(struct convert *convert);

/*
 * The next of what became of it, valid until the next convert_take() or _end().
 * False: no more; where there is one, *ret_fault tells whether it is one of
 * ours.
 */
bool convert_next(struct convert *convert, struct record *ret,
		  enum record_fault *ret_fault);

/* Memory has run out: what came was not all there was. */
bool convert_has_failed(const struct convert *convert);

#endif
