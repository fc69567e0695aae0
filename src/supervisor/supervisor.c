/*
 * Sets the supervisor up, lets the loop run, takes it down. The rest of the
 * room does the work.
 */
#include "supervisor/supervisor.h"

#include <errno.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/proc.h"
#include "supervisor/effect.h"
#include "supervisor/follow.h"
#include "supervisor/hint.h"
#include "supervisor/identity.h"
#include "supervisor/life.h"
#include "supervisor/loop.h"
#include "supervisor/stall.h"
#include "supervisor/state.h"
#include "tracee/launch.h"
#include "tracee/memory.h"

_Static_assert(CAPTURE_PIECES_MAX <= MEMORY_PIECES_MAX, "pieces of one read");

static void read_memory(void *context, struct capture_piece *pieces,
			unsigned count)
{
	struct memory_piece remote[CAPTURE_PIECES_MAX];
	struct task *task = context;
	int r;

	for (unsigned i = 0; i < count; i++) {
		remote[i].address = pieces[i].address;
		remote[i].to = pieces[i].to;
		remote[i].length = pieces[i].length;
	}
	r = memory_read(task->tid, remote, count);
	if (r == -EPERM || r == -ENOSYS)
		task->process->unreadable = true;
	for (unsigned i = 0; i < count; i++)
		pieces[i].got = remote[i].got;
}

struct capture_memory state_memory(struct task *task)
{
	struct capture_memory memory = { .context = task, .read = read_memory };

	return memory;
}

static unsigned row_needs(const struct supervisor_config *config,
			  const struct sysdesc_row *row)
{
	if (row ? !select_has(&config->calls, row) : !config->calls.unknown)
		return 0;
	return capture_needs(row, config->facilities);
}

/* Does it carry a call of which something is wanted? */
static bool carries_wanted(const struct supervisor_config *config,
			   const struct sysdesc_row *carrier)
{
	for (unsigned i = 0; i < sysdesc_inner_count(); i++) {
		const struct sysdesc_inner *inner = sysdesc_inner(i);

		if (inner->carrier == carrier && row_needs(config, inner->row))
			return true;
	}
	return false;
}

/* Is the path of some call wanted? */
static bool wants_paths(const struct supervisor_config *config)
{
	const uint32_t names = KTRFAC(KTR_NAMEI);

	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (select_has(&config->calls, row) &&
		    capture_needs(row, config->facilities & names))
			return true;
	}
	return false;
}

bool supervisor_stops(const struct supervisor_config *config,
		      struct select *ret)
{
	bool paths = wants_paths(config);
	unsigned needed = 0;

	select_none(ret);
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (!row_needs(config, row) && !carries_wanted(config, row) &&
		    !(paths && effect_is_on_paths(row)))
			continue;
		select_add(ret, row);
		needed++;
	}
	ret->unknown = row_needs(config, NULL) != 0;
	return needed > 0 && needed < sysdesc_count();
}

static void plan_needs(struct supervisor *supervisor)
{
	bool any = false, all = true;

	for (unsigned i = 0; i < sysdesc_count(); i++) {
		supervisor->needs[i] = (uint8_t)row_needs(supervisor->config,
							  sysdesc_row(i));
		any |= supervisor->needs[i] != 0;
		all &= (supervisor->needs[i] & CAPTURE_AT_ENTRY) != 0;
	}
	supervisor->needs[SELECT_ROWS_MAX] =
	    (uint8_t)row_needs(supervisor->config, NULL);
	supervisor->sees_all = any && !supervisor->config->filtered;
	supervisor->sees_paths = supervisor->sees_all ||
				 (supervisor->config->filtered &&
				  wants_paths(supervisor->config));
	supervisor->may_hold = supervisor->sees_all && all &&
			       (supervisor->config->facilities &
				KTRFAC(KTR_NAMEI));
}

static int start_command(struct supervisor *supervisor,
			 const struct launch *launch,
			 const struct tracee_options *options)
{
	int r = launch_seize(launch, options);

	if (r < 0)
		return r;
	notice_open(&supervisor->notice, launch->command);
	return life_adopt_command(supervisor);
}

/* Who is held, if anybody may be. An init would have the keeper for a child; of
 * who was attached to it is not known what tells it where it runs. */
static void start_following(struct supervisor *supervisor)
{
	if (supervisor->command == 1 || supervisor->config->target)
		supervisor->may_hold = false;
	if (supervisor->may_hold)
		follow_open(&supervisor->follow);
}

static int supervisor_start(struct supervisor *supervisor,
			    struct launch *launch)
{
	const struct supervisor_config *config = supervisor->config;
	struct tracee_options options = {
		.children = config->inherit || config->filtered,
		.seccomp = config->filtered,
		.exit_kill = config->filtered,
	};
	int r = proc_open();

	if (r < 0)
		return r;
	plan_needs(supervisor);
	start_following(supervisor);
	supervisor->has_proc = access("/proc/self/status", R_OK) == 0;
	hint_open();
	r = session_open(&supervisor->session, config, stall_may_wait,
			 supervisor);
	if (r < 0)
		return r;
	identity_put_session(supervisor);
	if (config->target)
		return attach_start(supervisor, launch);
	return start_command(supervisor, launch, &options);
}

/* The command waits at its first stop, and for our word. */
static void begin_command(struct supervisor *supervisor, struct launch *launch)
{
	loop_begin(supervisor);
	launch_ready(launch, 0);
}

int supervisor_run(const struct supervisor_config *config,
		   struct launch *launch)
{
	struct supervisor supervisor = {
		.config = config,
		.command = config->target ? 0 : launch->command,
		.started = config->target,
		.policy = {
			.facilities = config->facilities,
			.genio_size = config->genio_size,
			.genio_all = config->genio_all,
		},
	};
	int r = supervisor_start(&supervisor, launch);

	if (r < 0)
		launch_ready(launch, r);
	else if (!config->target)
		begin_command(&supervisor, launch);
	if (!r)
		loop_run(&supervisor);
	follow_close(&supervisor.follow);
	session_close(supervisor.session);
	task_table_done(&supervisor.tasks);
	return r;
}
