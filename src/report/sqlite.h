/*
 * A trace as a database: tables of processes, what they executed, calls, where
 * their paths and descriptors led, the data that they moved, and all other
 * records as JSON; views for what is asked most. kdump-u(1) describes them.
 */
#ifndef REPORT_SQLITE_H
#define REPORT_SQLITE_H

#include "dump/report.h"

/* Processes that are known to live at one time; of more the oldest are put down
 * as they are. */
#define SQLITE_LIVING_MAX 65536u

/* Into the file that its subject names. */
extern const struct report_kind sqlite_report;

#endif
