/*
 * compile_commands.json, of what a build executed: an object for each source
 * file that a compiler was given. Must not know how any compiler works, but for
 * what its words look like.
 */
#ifndef REPORT_COMPILATIONS_H
#define REPORT_COMPILATIONS_H

#include "dump/report.h"

/* Processes whose directory is remembered; the oldest goes first. */
#define COMPILATIONS_PROCESSES_MAX 4096u

extern const struct report_kind compilations_report;

#endif
