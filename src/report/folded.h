/*
 * Stacks as flame graphs want them: a line for each that differs, outermost
 * first, with the call at its end and how often, or how long, that was. Memory
 * is bounded: stacks beyond are one.
 */
#ifndef REPORT_FOLDED_H
#define REPORT_FOLDED_H

#include "dump/report.h"

/* Stacks that differ. */
#define FOLDED_MAX 65536u

/* By how many calls; by how many microseconds they took. */
extern const struct report_kind folded_count_report;
extern const struct report_kind folded_time_report;

#endif
