/*
 * Where what kaudit-u says goes, and how complaints are worded.
 */
#ifndef KAUDIT_OUTPUT_H
#define KAUDIT_OUTPUT_H

#include <stdbool.h>

struct data_style;
struct destination;
struct text;

#define OUTPUT_WIDTH 80

/* One line to standard error, and how kaudit-u is called behind it. Nothing
 * where there is no error. */
void output_complain(const struct text *error, bool with_usage);

/* "what: " and the reason, into *error; returns r, which is -errno. */
int output_fail(struct text *error, const char *what, int r);

/* All of text, to a destination, or (without a path) to a descriptor. 0; or
 * -errno, with a line in *error. */
int output_put(const struct destination *destination, int otherwise,
	       const struct text *text, struct text *error);
/* The same where no job could be in between: to a file, or (NULL) to standard
 * output. */
int output_write(const char *file, const struct text *text, struct text *error);

/* What may be shown as it is here. */
struct data_style output_style(void);

#endif
