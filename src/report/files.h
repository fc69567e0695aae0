/*
 * What was done with each file, and by each socket or pipe: how often, how many
 * bytes, which calls. Memory is bounded: what is beyond is counted as one.
 */
#ifndef REPORT_FILES_H
#define REPORT_FILES_H

#include "dump/report.h"

/* Different names. */
#define FILES_MAX 65536u

/* A table, or an object for each. */
extern const struct report_kind files_report;

#endif
