/*
 * Why a program could not be traced, and what would help.
 */
#ifndef KTRACE_WHY_H
#define KTRACE_WHY_H

struct text;

/* One line, for the errno with which tracing this very process failed. */
void why_not_traced(struct text *text, int error);

#endif
