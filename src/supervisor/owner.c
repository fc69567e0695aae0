/*
 * Feeding the state machine. Decides nothing that is not in its table, but that
 * who asks once, and is gone with the answer, owns nothing.
 */
#include "supervisor/owner.h"

#include <errno.h>

#include <ktrace-u/format.h>

#include "base/clock.h"
#include "base/proc.h"
#include "control/server.h"
#include "supervisor/recording.h"
#include "supervisor/request.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"

/* All that one supervisor records is one subsystem in Apple's sense. */
#define RECORDING 1u

static bool is_alive(const struct ownership_identity *identity)
{
	struct proc_status status;

	return identity->pid && proc_is_same(identity->pid, identity->start) &&
	       !proc_status(identity->pid, &status) && !status.has_ended;
}

static bool is_owned(struct supervisor *supervisor)
{
	const struct owner *owner = &supervisor->owner;

	if (!owner->machine.owner.pid)
		return false;
	if (owner->connection)
		return server_is_connected(supervisor->server,
					   owner->connection);
	return is_alive(&owner->machine.owner);
}

static bool has_background(struct supervisor *supervisor)
{
	const struct owner *owner = &supervisor->owner;

	return owner->background &&
	       server_is_connected(supervisor->server, owner->background);
}

static struct ownership_facts facts_now(struct supervisor *supervisor)
{
	struct ownership_facts facts = {
		.can_notify = has_background(supervisor),
	};

	if (is_owned(supervisor))
		facts.holder = supervisor->owner.machine.owner;
	return facts;
}

static struct ownership_process process_of(const struct request *request)
{
	return (struct ownership_process){
		.identity = { request->from.credential.pid,
			      request->from.credential.start },
		.name = request->from.name,
		.is_privileged = request->from.is_root,
	};
}

static bool is_requester(const struct ownership_identity *identity,
			 const struct request *request)
{
	return identity->pid == request->from.credential.pid &&
	       identity->start == request->from.credential.start;
}

/* Nobody is called back to a recorder that was asked to end. */
static bool is_ending(const struct supervisor *supervisor)
{
	return *supervisor->config->end_requested != 0;
}

static void wake_background(struct supervisor *supervisor)
{
	const struct wire_answer wake = { .kind = WIRE_WAKE };

	if (is_ending(supervisor))
		return;
	server_tell(supervisor->server, supervisor->owner.background, &wake);
}

static int apply(struct supervisor *supervisor, struct ownership_result result,
		 bool *ret_reset)
{
	*ret_reset = result.reset != 0;
	if (result.notifies)
		wake_background(supervisor);
	return result.ret;
}

void owner_start(struct supervisor *supervisor, bool background)
{
	struct owner *owner = &supervisor->owner;

	ownership_init(&owner->machine);
	if (!background)
		ownership_configure_kernel(&owner->machine, "ktrace-u",
					   RECORDING);
}

static int configure(struct supervisor *supervisor,
		     const struct request *request, bool *ret_reset)
{
	struct ownership_facts facts = facts_now(supervisor);
	struct ownership_process process = process_of(request);
	struct ownership_result result = ownership_configure(
	    &supervisor->owner.machine, &process, RECORDING, &facts);

	if (!result.ret)
		supervisor->owner.connection = request->connection;
	return apply(supervisor, result, ret_reset);
}

static int refuse_busy(struct supervisor *supervisor,
		       struct wire_answer *answer)
{
	answer->owner = supervisor->owner.machine.owner.pid;
	return -EBUSY;
}

/* Nobody who lives owns it: the rules of ktrcanset() alone count. */
static int admit_unowned(struct supervisor *supervisor,
			 const struct request *request, bool *ret_reset)
{
	struct ownership *machine = &supervisor->owner.machine;

	if (request->wire.operation != WIRE_SET)
		return 0;
	if (request->from.is_root)
		return configure(supervisor, request, ret_reset);
	if (machine->state == OWNERSHIP_OFF)
		ownership_configure_kernel(machine, request->from.name,
					   RECORDING);
	return 0;
}

int owner_admit(struct supervisor *supervisor, const struct request *request,
		struct wire_answer *answer, bool *ret_reset)
{
	const struct ownership *machine = &supervisor->owner.machine;
	int r;

	*ret_reset = false;
	if (request->wire.flags & WIRE_HOLD) {
		r = configure(supervisor, request, ret_reset);
		return r == -EBUSY ? refuse_busy(supervisor, answer) : r;
	}
	if (!is_owned(supervisor))
		return admit_unowned(supervisor, request, ret_reset);
	if (is_requester(&machine->owner, request))
		return 0;
	if (machine->state != OWNERSHIP_BACKGROUND)
		return refuse_busy(supervisor, answer);
	if (request->wire.operation == WIRE_SET)
		return configure(supervisor, request, ret_reset);
	return request->from.is_root ? 0 : -EPERM;
}

int owner_register(struct supervisor *supervisor, const struct request *request)
{
	struct owner *owner = &supervisor->owner;
	uint64_t former = owner->background;
	struct ownership_process process = process_of(request);
	struct ownership_facts facts;
	struct ownership_result result;

	/* It listens from now on. */
	owner->background = request->connection;
	facts = facts_now(supervisor);
	result = ownership_register_background(&owner->machine, &process,
					       &facts);
	if (result.ret)
		owner->background = former;
	else if (owner->machine.owner.pid == process.identity.pid)
		owner->connection = request->connection;
	if (result.notifies && !result.ret)
		wake_background(supervisor);
	return result.ret;
}

static int may_name(const struct request *request)
{
	return request->from.is_root ? 0 : -EPERM;
}

int owner_name(struct supervisor *supervisor, const struct request *request,
	       bool *ret_reset)
{
	struct ownership_process process = { .is_privileged = true };
	struct ownership_facts facts = facts_now(supervisor);
	char name[KTR_COMM_SIZE] = { 0 };
	pid_t pid = request->wire.pid;
	bool exists;
	int r = may_name(request);

	*ret_reset = false;
	if (r < 0)
		return r;
	exists = pid > 0 && !proc_start_time(pid, &process.identity.start) &&
		 !proc_comm(pid, name);
	process.identity.pid = pid;
	process.name = name;
	supervisor->owner.connection = 0;
	return apply(supervisor,
		     ownership_set_owner(&supervisor->owner.machine, pid,
					 exists ? &process : NULL, &facts),
		     ret_reset);
}

int owner_pause(struct supervisor *supervisor, const struct request *request)
{
	struct ownership_result result;
	int r = may_name(request);

	if (r < 0)
		return r;
	result = ownership_disable(&supervisor->owner.machine,
				   (enum ownership_state)request->wire.state);
	if (result.pauses && !supervisor->is_paused) {
		sessions_say(supervisor, "session", "paused by request");
		recording_pause(supervisor, true);
	}
	return result.ret;
}

int owner_resume(struct supervisor *supervisor, const struct request *request)
{
	int r = may_name(request);

	if (r < 0)
		return r;
	if (supervisor->is_paused) {
		recording_pause(supervisor, false);
		sessions_say(supervisor, "session",
			     "resumed: what happened meanwhile is missing");
	}
	return 0;
}

bool owner_may_read(struct supervisor *supervisor,
		    const struct request *request)
{
	struct ownership_process process = process_of(request);

	return !ownership_read_check(&supervisor->owner.machine, &process);
}

void owner_reset(struct supervisor *supervisor)
{
	struct ownership_facts facts;
	bool reset;

	if (supervisor->owner.machine.state == OWNERSHIP_OFF)
		return;
	facts = facts_now(supervisor);
	apply(supervisor,
	      ownership_reset(&supervisor->owner.machine, RECORDING, &facts),
	      &reset);
}

pid_t owner_pid(struct supervisor *supervisor)
{
	struct ownership_facts facts = facts_now(supervisor);

	return ownership_owner_pid(&supervisor->owner.machine, &facts);
}

void owner_call_back(struct supervisor *supervisor)
{
	struct owner *owner = &supervisor->owner;
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (owner->called_ns && now - owner->called_ns < CLOCK_NS_PER_S)
		return;
	owner->called_ns = now;
	wake_background(supervisor);
}

bool owner_is_expected(struct supervisor *supervisor)
{
	return supervisor->server && !is_ending(supervisor) &&
	       has_background(supervisor);
}
