/*
 * Trace Event Format, as Perfetto and chrome://tracing open it: a slice for
 * each call, an arrow for each fork, marks for signals and what programs
 * recorded. Events go out as they come; nothing is kept but where processes
 * began.
 */
#ifndef REPORT_CHROME_H
#define REPORT_CHROME_H

#include "dump/report.h"

/* Processes whose begin is remembered; the oldest goes first. */
#define CHROME_PROCESSES_MAX 65536u

extern const struct report_kind chrome_report;

#endif
