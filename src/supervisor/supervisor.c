/*
 * Sets the supervisor up, lets the loop run, takes it down. The rest of the
 * room does the work.
 */
#include "supervisor/supervisor.h"

#include <errno.h>
#include <unistd.h>

#include <sys/param.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "hold/follow.h"
#include "supervisor/attach.h"
#include "supervisor/away.h"
#include "supervisor/hint.h"
#include "supervisor/life.h"
#include "supervisor/loop.h"
#include "supervisor/recording.h"
#include "supervisor/request.h"
#include "supervisor/sampling.h"
#include "supervisor/sessions.h"
#include "supervisor/stack.h"
#include "supervisor/state.h"
#include "tracee/launch.h"
#include "tracee/memory.h"
#include "tracee/page.h"

_Static_assert(CAPTURE_PIECES_MAX <= MEMORY_PIECES_MAX, "pieces of one read");

/* As much of a piece as can be read without a fault. */
static uint32_t length_there(int pagemap, const struct capture_piece *piece)
{
	uint64_t page = page_start(piece->address);
	uint64_t begin = piece->address % page_size();
	uint64_t length = 0;

	while (length < begin + piece->length &&
	       page_is_there(pagemap, page + length))
		length += page_size();
	if (length <= begin)
		return 0;
	return (uint32_t)MIN(length - begin, (uint64_t)piece->length);
}

/* Who serves the faults of its own memory may be just who is stopped: what is
 * not there is read when the kernel has read it. */
static void leave_out_faults(struct task *task, struct memory_piece *remote,
			     const struct capture_piece *pieces, unsigned count)
{
	_cleanup_fd_ int pagemap = page_open(task->tid);

	for (unsigned i = 0; i < count; i++)
		remote[i].length = length_there(pagemap, &pieces[i]);
}

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
	if (task->process->serves_faults)
		leave_out_faults(task, remote, pieces, count);
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

/* The command waits at its first stop, and for our word. */
static int start_command(struct supervisor *supervisor,
			 const struct recording_change *change)
{
	const struct tracee_options options = {
		.children = supervisor->config->inherit ||
			    supervisor->config->filtered,
		.seccomp = supervisor->config->filtered,
		.exit_kill = supervisor->config->filtered,
	};
	int r = launch_seize(supervisor->launch, &options);

	if (r < 0)
		return r;
	notice_open(&supervisor->notice, supervisor->command);
	r = life_adopt_command(supervisor, change);
	if (r < 0)
		return r;
	loop_begin(supervisor);
	launch_ready(supervisor->launch, 0);
	return 0;
}

static void tell_attached(struct supervisor *supervisor, const pid_t *late,
			  unsigned count)
{
	launch_answer(supervisor->launch, 0, late, count);
}

static int start_attached(struct supervisor *supervisor,
			  const struct recording_change *change)
{
	int r = launch_name(supervisor->launch);

	if (!r)
		r = attach_targets(supervisor, supervisor->config->target,
				   change);
	if (!r)
		await_begin(supervisor, tell_attached);
	return r;
}

/* Who is held, if anybody may be. An init would have the keeper for a child; of
 * who was attached to it is not known what tells it where it runs. */
static void start_following(struct supervisor *supervisor,
			    const struct plan *plan)
{
	bool sees_enough = supervisor->config->filtered ? plan->wants_deeds
							: plan->wants_entries;

	if (supervisor->command == 1 || supervisor->config->target)
		return;
	supervisor->may_hold = plan->stops_calls && sees_enough &&
			       plan->wants_paths;
	if (supervisor->may_hold)
		follow_open(&supervisor->follow);
}

/* Before there is any other thread, and anybody to trace. */
static int prepare(struct supervisor *supervisor)
{
	struct plan *plan;
	int r = proc_open();

	if (r < 0)
		return r;
	plan = plan_get(&supervisor->plans, &supervisor->config->wish);
	if (!plan)
		return -ENOMEM;
	supervisor->filter_sees_paths = plan->wants_paths;
	supervisor->filter_sees_deeds = plan->wants_deeds;
	supervisor->filter_sees_maps = plan_stacks_any(&plan->wish.stacks);
	privilege_open(&supervisor->privilege);
	start_following(supervisor, plan);
	plan_put(&supervisor->plans, plan);
	supervisor->has_proc = access("/proc/self/status", R_OK) == 0;
	hint_open();
	if (supervisor->config->guards)
		guard_open(&supervisor->guard, supervisor->config->guarded);
	owner_start(supervisor, supervisor->config->background);
	/* Who is recorded could ask for the end of that. */
	if (!supervisor->config->guards)
		request_open(supervisor);
	return 0;
}

/* Whoever started us had our rights. */
static int be_setter(enum permission_form form, struct recording_change *change)
{
	struct judge_credential self = { 0 };

	/* Without /proc nobody is judged; the kernel is enough. */
	if (judge_self(&self) < 0)
		return 0;
	if (judge_is_privileged(form, &self))
		change->inherited |= KTRFAC_ROOT;
	return recording_setter_new(&change->setter, form, &self);
}

/* To the file, or to the memory that becomes one. */
static int open_session(struct supervisor *supervisor,
			const struct sessions_terms *terms,
			struct session **ret)
{
	const struct supervisor_config *config = supervisor->config;
	bool is_flight = config->ring_size > 0;
	int fd = is_flight ? flight_open(supervisor) : config->fd;
	int r = fd < 0 ? fd : sessions_open(supervisor, fd, terms, ret);

	if (r < 0)
		return r;
	if (is_flight)
		flight_begin(supervisor, *ret);
	return rotate_open(supervisor, *ret);
}

static int supervisor_start(struct supervisor *supervisor)
{
	const struct supervisor_config *config = supervisor->config;
	struct session_origin origin = {
		.wish = &config->wish,
		.inherit = config->inherit,
		.filtered = config->filtered,
		.command = config->command,
		.targets = config->target,
	};
	struct recording_change change = {
		.wish = config->wish,
		.inherited = config->inherit ? KTRFAC_INHERIT : 0,
		.origin = &origin,
	};
	const struct sessions_terms terms = {
		.queue_size = config->queue_size,
		.drop = config->drop,
		.level = config->level,
		.is_part = config->ring_size > 0,
	};
	int r = prepare(supervisor);

	if (!r)
		r = be_setter(config->rules, &change);
	if (!r)
		r = open_session(supervisor, &terms, &change.session);
	if (!r)
		r = config->target ? start_attached(supervisor, &change)
				   : start_command(supervisor, &change);
	recording_setter_put(change.setter);
	return r;
}

int supervisor_run(const struct supervisor_config *config,
		   struct launch *launch)
{
	struct supervisor supervisor = {
		.config = config,
		.launch = launch,
		.command = config->target ? 0 : launch->command,
		.started = config->target,
	};
	int r = supervisor_start(&supervisor);

	if (r < 0)
		launch_ready(launch, r);
	else
		loop_run(&supervisor);
	request_close(&supervisor);
	follow_close(&supervisor.follow);
	away_close(&supervisor);
	sampling_close(&supervisor);
	sessions_close(&supervisor);
	rotate_close(&supervisor);
	flight_close(&supervisor);
	task_table_done(&supervisor.tasks);
	stack_close(&supervisor);
	still_done(&supervisor);
	return r;
}
