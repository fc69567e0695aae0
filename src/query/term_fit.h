/* Whether what a record holds is one of the values that a term wants. */
#ifndef QUERY_TERM_FIT_H
#define QUERY_TERM_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/record.h"

struct glob;
struct term;

/* By the term's sign. */
bool term_fit_number(const struct term *term, int64_t number);

/* A number that kernels give names to: by its own name, or as it is. */
bool term_fit_named(const struct term *term, enum record_system system,
		    int64_t number);

bool term_fit_text(const struct term *term, const void *text, size_t length);

/* A mark of utrace(2): what it says, or its label. */
bool term_fit_mark(const struct glob *glob, const struct record *record);

#endif
