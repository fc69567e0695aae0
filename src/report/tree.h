/*
 * Who started whom: the processes of a trace as a tree, each with what it
 * executed, how it ended, how long it lived and what it used. Memory is
 * bounded: what is beyond is counted.
 */
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include "dump/report.h"

#define TREE_PROCESSES_MAX 65536u

/* Lines for people, or an object for each process. */
extern const struct report_kind tree_report;

#endif
