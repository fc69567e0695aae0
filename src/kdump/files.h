/*
 * What was done with each file, and by each socket or pipe: how often, how many
 * bytes, which calls. Memory is bounded: what is beyond is counted as one.
 */
#ifndef KDUMP_FILES_H
#define KDUMP_FILES_H

#include "kdump/report.h"

/* Different names. */
#define FILES_MAX 65536u

/* A table, or an object for each. */
extern const struct report_kind files_report;

#endif
