/*
 * What a trace is about, and what it does not hold: what was recorded, when,
 * how many processes and records, what could not be seen, what was lost, and
 * whether it is whole. Memory is bounded.
 */
#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "dump/report.h"

/* Lines for people, or one object. */
extern const struct report_kind summary_report;

#endif
