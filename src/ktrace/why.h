/*
 * Why a program could not be traced, and what would help.
 */
#ifndef KTRACE_WHY_H
#define KTRACE_WHY_H

#include <stdbool.h>
#include <stdint.h>

struct ktrace_options;
struct text;

/* One line, for the errno with which tracing this very process failed. */
void why_not_traced(struct text *text, int error);

/* One line, for the errno with which attaching failed: of a process, or of all
 * that were meant. */
void why_not_attached(struct text *text, const struct ktrace_options *options,
		      int error);

/* A line for each process that is meant, was there at that time (as
 * targets_now() tells it), and is not traced after all: others were. */
void why_left_out(struct text *text, const struct ktrace_options *options,
		  uint64_t since);

/* One line, for the errno with which executing the command failed. Returns
 * whether there is such a file at all. */
bool why_not_executed(struct text *text, const char *command, int error);

#endif
