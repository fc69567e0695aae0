/*
 * What must be known of earlier records to show the next one: the ABI of each
 * process and thread, system call numbers too wide for their record, the times
 * that others are relative to. Its memory is bounded, whatever the file says.
 */
#ifndef JOIN_STATE_H
#define JOIN_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sysdesc/sysdesc.h"

struct record;
struct stacks;
struct state_process;

/* Processes and threads remembered, together; the oldest process goes first. */
#define STATE_ENTRIES_MAX 65536u

struct state {
	enum sysdesc_abi machine; /* the session's, for 64-bit processes */
	struct state_process *processes;
	unsigned entries;
	bool may_return; /* some process has been replaced by another program */
	struct stacks *stacks; /* the caller's; NULL: no frames are named */
	const struct state_call *shown; /* see below; NULL: none */
	bool has_times;
	uint64_t first_ns;
	uint64_t previous_ns;
};

#define STATE_INIT                                                             \
	{                                                                      \
		.machine = SYSDESC_ABI_UNKNOWN                                 \
	}

/*
 * How a call was made. Set as `shown` while its records are shown later than
 * they came, it holds for them, whatever has been learnt of the thread since.
 */
struct state_call {
	enum sysdesc_abi abi;
	int64_t number;
};

void state_done(struct state *state);

/* Learns from a record, shown or not. 0 or -ENOMEM. */
int state_learn(struct state *state, const struct record *record);

/* Notes that a record is shown: times after it are relative to its own. */
void state_shown(struct state *state, const struct record *record);

/* sv_flags of the record's process; 0 when no PROCCTOR was seen. */
uint32_t state_flags(const struct state *state, const struct record *record);

/* Through which ABI the record's thread calls the kernel; of a SYSRET, through
 * which one it called: an exec that changes it returns after PROCCTOR. */
enum sysdesc_abi state_abi(const struct state *state,
			   const struct record *record);

/* The number of the call that a SYSCALL or SYSRET record is about. */
int64_t state_number(const struct state *state, const struct record *record,
		     int32_t code);

#endif
