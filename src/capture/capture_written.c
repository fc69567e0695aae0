/*
 * Whether the kernel has written what an argument points at, as its row says:
 * where it has not, the program's own bytes are there.
 */
#include "capture/capture_private.h"

/* What the kernel says inside when a signal came: the call begins again, or
 * restart_syscall(2) goes on with it. Programs see EINTR. */
#define ERESTARTNOHAND        514
#define ERESTART_RESTARTBLOCK 516

static bool is_done(const struct capture_call *call)
{
	return !call->failed && call->result >= 0;
}

/* Whether the argument has no 0 in its first word; of one that leads nowhere
 * nobody can tell. */
static bool is_found(const struct capture_job *job, unsigned index)
{
	uint64_t address = capture_argument(job->call, index);
	uint8_t raw[4];

	if (address == 0)
		return true;
	return capture_read(job, address, raw, sizeof(raw)) == sizeof(raw) &&
	       capture_word(raw, sizeof(raw)) != 0;
}

bool capture_written(const struct capture_job *job,
		     const struct sysdesc_arg *arg)
{
	const struct capture_call *call = job->call;

	switch ((enum sysdesc_when)arg->when) {
	case WHEN_DONE:
		return is_done(call);
	case WHEN_COUNTED:
		return is_done(call) && call->result > 0;
	case WHEN_FOUND:
		return is_done(call) && is_found(job, arg->len_arg);
	case WHEN_CUT_SHORT:
		return call->failed && call->result == -ERESTART_RESTARTBLOCK;
	case WHEN_LEFT:
		return is_done(call) ||
		       (call->failed && call->result == -ERESTARTNOHAND);
	}
	return false;
}
