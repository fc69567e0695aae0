/*
 * The seccomp filter that lets the calls that nobody selected pass without a
 * stop. It lets no ABI of the machine and no number slip by: it lists what may
 * pass, and everything else stops, unknown numbers included. So whoever takes
 * its stops finds calls among them that were not selected, and lets them run.
 */
#ifndef TRACEE_FILTER_H
#define TRACEE_FILTER_H

#include <stdbool.h>

#include "sysdesc/sysdesc.h"

struct select;
struct sock_filter;

/* filter_data (tracee.h) at a stop of this filter, and not of another one. */
#define FILTER_TRACE_DATA 0x6b74

struct filter {
	struct sock_filter *code;
	unsigned short count; /* of instructions */
};

/*
 * Compiles the filter that stops the calls in `stops`, for all ABIs of this
 * machine; of rows that are narrow there, those that are deeds. Beside them
 * stop: numbers that libseccomp does not know; clone()
 * with CLONE_UNTRACED, or with only one of CLONE_THREAD and CLONE_FS; clone3(),
 * whose flags a filter cannot see; and, while a call that carries others is in
 * `stops` (socketcall of i386), those others in that ABI. Of a call whose own
 * row is not in `stops`, but a carried one is that has no number of its own,
 * only those stop that carry it. 0, or -errno.
 * filter_done() frees it.
 */
int filter_compile(struct filter *ret, const struct select *stops);

/* The same for a machine whose first ABI is `native`: for tests. */
int filter_compile_for(struct filter *ret, const struct select *stops,
		       enum sysdesc_abi native);

void filter_done(struct filter *filter);

/*
 * Installs it for the calling thread and what it will start. Only raw system
 * calls: fit for a child after fork(). Needs no_new_privs or CAP_SYS_ADMIN,
 * which is the caller's business. 0, or -errno.
 */
int filter_install(const struct filter *filter);

/*
 * Does installing a filter change nothing else for this process? True with
 * no_new_privs set already, or with CAP_SYS_ADMIN. CAP_SYS_PTRACE must be there
 * too then: who carries a filter cannot be let go, and under a tracer without
 * it the kernel gives no privilege to who executes a set-user-ID program.
 */
bool filter_is_free(void);

#endif
