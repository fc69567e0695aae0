/*
 * What others ask of this supervisor: requests are taken one at a time, judged,
 * done and answered.
 */
#ifndef SUPERVISOR_REQUEST_H
#define SUPERVISOR_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "control/judge.h"
#include "control/server.h"

struct supervisor;

struct request_from {
	struct judge_credential credential;
	bool is_root; /* as the owner's rules mean it: our own user, or root */
	char name[KTR_COMM_SIZE];
};

struct request {
	struct wire_request wire;
	uint64_t connection;
	int fd; /* that came along, or -1; ours */
	struct request_from from;
};

/* From now on others can ask. Where that cannot be had, it is recorded. */
void request_open(struct supervisor *supervisor);
void request_close(struct supervisor *supervisor);

/* Does what is asked, if anything is. */
void request_serve(struct supervisor *supervisor);

#endif
