/*
 * Sums of calls: how many there were, how many failed, how long they took; by
 * system call and by process. Memory does not grow with the trace but with how
 * many different ones there are.
 */
#ifndef REPORT_STATS_H
#define REPORT_STATS_H

#include "dump/report.h"

/* Two tables, the calls that took longest first; or an object for each. */
extern const struct report_kind stats_report;

#endif
