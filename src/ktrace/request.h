/*
 * What the options ask of a supervisor.
 */
#ifndef KTRACE_REQUEST_H
#define KTRACE_REQUEST_H

#include "control/wire.h"

struct ktrace_options;

/* The operation, by whose rules, on whom. */
struct wire_request request_of(const struct ktrace_options *options,
			       enum wire_operation operation);

/* A SET, with all that is to be recorded. 0; -E2BIG when there is more text
 * than goes into a message. */
int request_set(const struct ktrace_options *options, struct wire_request *ret);

#endif
