/*
 * Starting a command under a supervisor that is not its parent. Must leave
 * nothing behind in the command.
 */
#include "tracee/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "tracee/filter.h"
#include "tracee/stop.h"
#include "tracee/tracee.h"

/* What passes over the channel: a pid from the supervisor, then an answer, then
 * the outcome. */
static int channel_send_all(int channel, const int *values, unsigned count)
{
	ssize_t n;

	do
		n = send(channel, values, count * sizeof(*values),
			 MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int channel_send(int channel, int value)
{
	return channel_send_all(channel, &value, 1);
}

/* How many values came, at least one; -ECHILD: nobody is there any more. */
static int channel_receive_all(int channel, int *values, unsigned most)
{
	ssize_t n;

	do
		n = recv(channel, values, most * sizeof(*values), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n < (ssize_t)sizeof(*values)
		   ? -ECHILD
		   : (int)((size_t)n / sizeof(*values));
}

static int channel_receive(int channel, int *ret)
{
	int r = channel_receive_all(channel, ret, 1);

	return r < 0 ? r : 0;
}

static void channel_close(struct launch *launch)
{
	close(launch->channel);
	launch->channel = -1;
}

/*
 * A child that sends no signal when it ends: no SIGCHLD may be left pending for
 * the program, and a plain wait() must not find it.
 */
static pid_t fork_silently(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, 0L, NULL, NULL, NULL, 0L);

	return pid < 0 ? -errno : pid;
}

/* 0, 1 and 2 must not be free for other descriptors, nor be the command's. */
static int hold_standard_descriptors(void)
{
	_cleanup_fd_ int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (int i = 0; i <= STDERR_FILENO; i++)
		if (fd != i && dup3(fd, i, O_CLOEXEC) < 0)
			return -errno;
	if (fd <= STDERR_FILENO)
		take_fd(&fd);
	return 0;
}

/* Closes the descriptors from first up to, but not, end. */
static void close_range_before(unsigned first, unsigned end)
{
	if (first >= end || !syscall(SYS_close_range, first, end - 1, 0))
		return;
	for (unsigned fd = first; fd < MIN(end, 1024u); fd++)
		close((int)fd);
}

/* Closes all from 3 upwards but two, of which one may be -1. */
static void close_others(int one, int other)
{
	unsigned low = MIN((unsigned)one, (unsigned)other);
	unsigned high = MAX((unsigned)one, (unsigned)other);

	close_range_before(3, low);
	close_range_before(MAX(low + 1, 3u), high);
	if (high != (unsigned)-1)
		close_range_before(MAX(high + 1, 3u), (unsigned)-1);
}

/* Makes way for the placeholders. */
static int move_up(int *fd)
{
	int moved;

	if (*fd < 0 || *fd > STDERR_FILENO)
		return 0;
	moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		return -errno;
	*fd = moved;
	return 0;
}

static int leave_descriptors(int *channel, int *keep_fd)
{
	int r;

	/* First of all, since the limit may leave hardly any number free. */
	close_others(*channel, *keep_fd);
	r = move_up(channel);
	if (!r)
		r = move_up(keep_fd);
	return r ? r : hold_standard_descriptors();
}

/* What a terminal, a limit or a broken pipe sends must not end the recorder. */
static void set_signals(void)
{
	static const int survived[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE,
					SIGXFSZ, SIGTSTP, SIGTTIN, SIGTTOU,
					SIGUSR1, SIGUSR2, SIGALRM };
	sigset_t none;

	for (int signal_number = 1; signal_number <= TRACEE_SIGNAL_MAX;
	     signal_number++)
		signal(signal_number, SIG_DFL);
	for (size_t i = 0; i < ARRAY_LEN(survived); i++)
		signal(survived[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Limits that were meant for the command: as far up as they go. */
static void raise_limits(void)
{
	for (int resource = 0; resource < RLIMIT_NLIMITS; resource++) {
		struct rlimit limit;
		struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };

		/* NOFILE has a ceiling of its own; the stack's decides where
		 * threads' stacks go. */
		if (resource == RLIMIT_STACK || resource == RLIMIT_CORE)
			continue;
		if (resource != RLIMIT_NOFILE &&
		    !setrlimit((__rlimit_resource_t)resource, &none))
			continue;
		if (getrlimit((__rlimit_resource_t)resource, &limit) < 0)
			continue;
		limit.rlim_cur = limit.rlim_max;
		setrlimit((__rlimit_resource_t)resource, &limit);
	}
}

static int become_supervisor(struct launch *launch, int *keep_fd)
{
	int r;

	setsid();
	set_signals();
	raise_limits();
	if (chdir("/") < 0)
		return -errno;
	r = leave_descriptors(&launch->channel, keep_fd);
	prctl(PR_SET_NAME, "ktrace-u-sup");
	return r;
}

/*
 * Returns 0 in the supervisor, its pid or that of the one in between in the
 * command. Between them stands a process that ends at once, so that init (or
 * who plays it) adopts the supervisor. An init has nobody above it: its
 * supervisor stays its child, but one that only __WALL would find.
 */
static pid_t fork_supervisor(void)
{
	pid_t pid = fork_silently();

	if (pid != 0 || getppid() == 1)
		return pid;
	pid = fork();
	if (pid != 0)
		_exit(pid < 0 ? errno : 0);
	return 0;
}

static int reap_between(pid_t between)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(between, &status, __WCLONE);
	while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EAGAIN;
}

/* The command's half. A subreaper would adopt the supervisor as its child. */
static int fork_from_command(pid_t *ret_pid)
{
	int reaper = 0;
	pid_t pid;

	prctl(PR_GET_CHILD_SUBREAPER, &reaper);
	if (reaper)
		prctl(PR_SET_CHILD_SUBREAPER, 0);
	pid = fork_supervisor();
	*ret_pid = pid;
	if (pid == 0)
		return 0;
	if (pid > 0)
		pid = getpid() == 1 ? 0 : reap_between(pid);
	if (reaper)
		prctl(PR_SET_CHILD_SUBREAPER, 1);
	return pid;
}

int launch_fork(struct launch *ret, int *keep_fd)
{
	struct launch launch = { .command = getpid() };
	_cleanup_fd_ int ours = -1;
	_cleanup_fd_ int theirs = -1;
	int pair[2];
	pid_t pid;
	int r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	r = fork_from_command(&pid);
	if (r < 0)
		return r;
	if (pid == 0) {
		launch.channel = theirs;
		r = become_supervisor(&launch, keep_fd);
		if (r < 0) {
			launch_ready(&launch, r);
			_exit(1);
		}
		take_fd(&ours);
		take_fd(&theirs);
		*ret = launch;
		return LAUNCH_SUPERVISOR;
	}
	launch.channel = take_fd(&ours);
	*ret = launch;
	return LAUNCH_COMMAND;
}

/* Waits for the stop that was asked for. A signal that came first goes its way:
 * it was meant for the command. */
static int wait_for_stop(pid_t tid)
{
	struct stop stop = { .kind = STOP_UNKNOWN };
	int status;

	while (stop.kind != STOP_INTERRUPT) {
		while (waitpid(tid, &status, __WALL) < 0)
			if (errno != EINTR)
				return -errno;
		if (!stop_decode(tid, status, &stop) || stop_is_end(&stop))
			return -ESRCH;
		if (stop.kind == STOP_GROUP)
			tracee_listen(tid);
		else if (stop.kind == STOP_SIGNAL)
			tracee_resume(tid, TRACEE_UNTIL_EVENT, stop.signal);
		else if (stop.kind != STOP_INTERRUPT)
			tracee_resume(tid, TRACEE_UNTIL_EVENT, 0);
	}
	return 0;
}

/* Yama lets only ancestors and named tracers in: be named first. */
int launch_name(const struct launch *launch)
{
	int answer;
	int r = channel_send(launch->channel, getpid());

	return r < 0 ? r : channel_receive(launch->channel, &answer);
}

int launch_named(const struct launch *launch, pid_t *ret)
{
	int named;
	int r = channel_receive(launch->channel, &named);

	if (r < 0)
		return r;
	if (named <= 0)
		return named;
	*ret = named;
	return 0;
}

int launch_go(const struct launch *launch)
{
	return channel_send(launch->channel, 0);
}

int launch_seize(const struct launch *launch,
		 const struct tracee_options *options)
{
	int r = launch_name(launch);

	if (!r)
		r = tracee_seize(launch->command, options);
	if (!r)
		r = tracee_interrupt(launch->command);
	if (!r)
		r = wait_for_stop(launch->command);
	return r;
}

int launch_ready(struct launch *launch, int error)
{
	int r = channel_send(launch->channel, error);

	channel_close(launch);
	return r;
}

int launch_wait(struct launch *launch)
{
	pid_t supervisor = 0;
	int outcome = 0;
	int r = launch_named(launch, &supervisor);

	if (r < 0)
		return r;
	prctl(PR_SET_PTRACER, (unsigned long)supervisor, 0, 0, 0);
	r = launch_go(launch);
	if (!r)
		r = channel_receive(launch->channel, &outcome);
	prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	return r < 0 ? r : outcome;
}

void launch_answer(struct launch *launch, int error, const pid_t *late,
		   unsigned count)
{
	int answer[1 + LAUNCH_LATE_MAX] = { error };

	count = MIN(count, (unsigned)LAUNCH_LATE_MAX);
	for (unsigned i = 0; i < count; i++)
		answer[1 + i] = late[i];
	channel_send_all(launch->channel, answer, 1 + count);
	channel_close(launch);
}

int launch_outcome(struct launch *launch, pid_t late[LAUNCH_LATE_MAX],
		   unsigned *ret_count)
{
	int answer[1 + LAUNCH_LATE_MAX];
	int r = channel_receive_all(launch->channel, answer, ARRAY_LEN(answer));

	channel_close(launch);
	if (r < 0)
		return r;
	*ret_count = (unsigned)r - 1;
	for (unsigned i = 0; i < *ret_count; i++)
		late[i] = answer[1 + i];
	return answer[0];
}

int launch_exec(const struct filter *filter, bool no_new_privs,
		char *const *argv, bool *ret_filter)
{
	int r = 0;

	if (no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = -errno;
	if (filter && !r)
		r = filter_install(filter);
	*ret_filter = r < 0;
	if (r < 0)
		return r;
	execvp(argv[0], argv);
	return -errno;
}
