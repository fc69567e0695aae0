/*
 * What ktrace-u says, and the status that it ends with then.
 */
#ifndef KTRACE_SAY_H
#define KTRACE_SAY_H

#include <stdio.h>

struct text;

enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_OURS = 125,
	EXIT_CANNOT_EXEC = 126,
	EXIT_NOT_FOUND = 127,
};

/* One line to standard error; returns status. */
int say_why(int status, const char *line);

/* A text, if there is any; 0, or 1 when it could not be written. */
int say_text(const struct text *text, FILE *to);

#endif
