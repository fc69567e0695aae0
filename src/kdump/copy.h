/* A trace -> a copy of it without what --redact takes out. */
#ifndef KDUMP_COPY_H
#define KDUMP_COPY_H

struct kdump_options;
struct text;

/*
 * Copies the trace that fd (not taken over) leads to into options->copy, which
 * is there under its name when it is whole. 0; or -1 with one line in *error:
 * then there is none, unless it is the trace that is damaged or cut off, of
 * which the copy has all that is in front of the damage.
 */
int copy_run(const struct kdump_options *options, int fd, struct text *error);

#endif
