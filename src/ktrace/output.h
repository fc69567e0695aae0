/*
 * Opening the trace as FreeBSD's ktrace(1) does it: the requester's rights,
 * the requester's file, and never through a symbolic link.
 */
#ifndef KTRACE_OUTPUT_H
#define KTRACE_OUTPUT_H

struct ktrace_options;
struct text;

/* A descriptor, or -errno with one line in *error. */
int output_open(const struct ktrace_options *options, struct text *error);

#endif
