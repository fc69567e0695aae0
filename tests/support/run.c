/*
 * Programs under test: forked, dressed, started, waited for. Kills only what it
 * started, by its pid.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/close_range.h>

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "support/run.h"
#include "support/status.h"

#define CANNOT_RUN 127
#define ENV_MAX    48
#define PROGRAM    "prog:"
#define PATHS      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* What a child is made of, put together before the fork. */
struct run_image {
	const char *argv[RUN_WORDS_MAX + 1];
	const char *env[ENV_MAX + 1];
	char home[PATH_MAX + 8];
	char program[PATH_MAX + 64];
	char directory[2 * PATH_MAX];
};

static bool add_word(const char **words, size_t *count, size_t size,
		     const char *word)
{
	if (*count == size)
		return false;
	words[(*count)++] = word;
	words[*count] = NULL;
	return true;
}

static int fill_argv(struct run_image *image, const struct run_place *place,
		     const struct run_spec *spec)
{
	const char *first = spec->argv[0];
	size_t count = 0;
	bool fits = true;

	if (!strncmp(first, PROGRAM, strlen(PROGRAM))) {
		snprintf(image->program, sizeof(image->program), "%s/%s",
			 place->programs, first + strlen(PROGRAM));
		first = image->program;
	}
	if (spec->trace) {
		fits = add_word(image->argv, &count, RUN_WORDS_MAX,
				place->ktrace);
		for (size_t i = 0; fits && spec->trace[i]; i++)
			fits = add_word(image->argv, &count, RUN_WORDS_MAX,
					spec->trace[i]);
	}
	fits = fits && add_word(image->argv, &count, RUN_WORDS_MAX, first);
	for (size_t i = 1; fits && spec->argv[i]; i++)
		fits = add_word(image->argv, &count, RUN_WORDS_MAX,
				spec->argv[i]);
	return fits ? 0 : -E2BIG;
}

/* Nothing of the environment of the test but what tools of the build need. */
static int fill_env(struct run_image *image, const struct run_place *place,
		    const struct run_spec *spec)
{
	static const char *const fixed[] = {
		("PATH=" PATHS), "LC_ALL=C", "TERM=dumb",
		/* The leak checker is a tracer, and cannot be traced. */
		"ASAN_OPTIONS=detect_leaks=0"
	};
	size_t count = 0;
	bool fits = true;

	snprintf(image->home, sizeof(image->home), "HOME=%s", place->path);
	add_word(image->env, &count, ENV_MAX, image->home);
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		add_word(image->env, &count, ENV_MAX, fixed[i]);
	for (size_t i = 0; fits && spec->env && spec->env[i]; i++)
		fits = add_word(image->env, &count, ENV_MAX, spec->env[i]);
	return fits ? 0 : -E2BIG;
}

static int fill_image(struct run_image *image, const struct run_place *place,
		      const struct run_spec *spec)
{
	int r = fill_argv(image, place, spec);

	if (!r)
		r = fill_env(image, place, spec);
	snprintf(image->directory, sizeof(image->directory), "%s%s%s",
		 place->path, spec->directory ? "/" : "",
		 spec->directory ? spec->directory : "");
	return r;
}

static int child_drop(const struct run_place *place)
{
	if (!place->drops)
		return 0;
	if (syscall(SYS_setgroups, 0, NULL) < 0 ||
	    syscall(SYS_setresgid, place->gid, place->gid, place->gid) < 0 ||
	    syscall(SYS_setresuid, place->uid, place->uid, place->uid) < 0)
		return -errno;
	return 0;
}

static int child_descriptors(const struct run_spec *spec,
			     const struct run_child *child)
{
	int in = spec->in;

	if (in <= 0)
		in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (dup2(in, STDIN_FILENO) < 0 ||
	    dup2(spec->out > 0 ? spec->out : child->out, STDOUT_FILENO) < 0 ||
	    dup2(spec->err > 0 ? spec->err : child->err, STDERR_FILENO) < 0)
		return -errno;
	if (syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		for (int fd = 3; fd < 1024; fd++)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (spec->pass > 0)
		fcntl(spec->pass, F_SETFD, 0);
	return 0;
}

static void child_run(const struct run_place *place,
		      const struct run_spec *spec,
		      const struct run_image *image,
		      const struct run_child *child)
{
	setsid();
	signal(SIGPIPE, SIG_DFL);
	if (child_descriptors(spec, child) < 0 || child_drop(place) < 0 ||
	    chdir(image->directory) < 0)
		_exit(CANNOT_RUN);
	if (spec->prepare)
		spec->prepare(spec->context);
	execvpe(image->argv[0], (char *const *)image->argv,
		(char *const *)image->env);
	dprintf(STDERR_FILENO, "%s: %s\n", image->argv[0], strerror(errno));
	_exit(CANNOT_RUN);
}

/* Until the exec, or the end, has closed the other end. */
static void await_exec(int read_end)
{
	char byte;

	while (read(read_end, &byte, 1) < 0 && errno == EINTR)
		;
}

static void close_files(struct run_child *child)
{
	if (child->out >= 0)
		close(child->out);
	if (child->err >= 0)
		close(child->err);
	child->out = child->err = -1;
}

static int fork_child(struct run_child *child, const struct run_place *place,
		      const struct run_spec *spec,
		      const struct run_image *image)
{
	int ends[2], r = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	child->pid = fork();
	if (child->pid == 0)
		child_run(place, spec, image, child);
	if (child->pid < 0)
		r = -errno;
	close(ends[1]);
	if (!r && !spec->prepare_waits)
		await_exec(ends[0]);
	close(ends[0]);
	return r;
}

int run_start(struct run_child *ret, const struct run_place *place,
	      const struct run_spec *spec)
{
	struct run_image image = { 0 };
	struct run_child child = { .pidfd = -1 };
	int r = fill_image(&image, place, spec);

	child.seconds = spec->seconds ? spec->seconds : RUN_SECONDS_DEFAULT;
	child.out = memfd_create("stdout", MFD_CLOEXEC);
	child.err = memfd_create("stderr", MFD_CLOEXEC);
	if (!r && (child.out < 0 || child.err < 0))
		r = -errno;
	if (!r)
		r = fork_child(&child, place, spec, &image);
	if (r < 0)
		goto close;
	child.pidfd = (int)syscall(SYS_pidfd_open, child.pid, 0);
	*ret = child;
	return 0;
close:
	close_files(&child);
	return r;
}

static int collect(struct text *text, int fd)
{
	char piece[65536];
	ssize_t got;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((got = fd_read_full(fd, piece, sizeof(piece))) > 0)
		text_bytes(text, piece, (size_t)got);
	return (int)got;
}

/* True when the child has ended in time. */
static bool await(const struct run_child *child)
{
	struct pollfd poll_fd = { .fd = child->pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&poll_fd, 1, (int)child->seconds * 1000);
	while (r < 0 && errno == EINTR);
	return r > 0;
}

int run_finish(struct run_child *child, struct run_result *ret)
{
	int r;

	*ret = (struct run_result){ .pid = child->pid };
	ret->timed_out = !await(child);
	if (ret->timed_out)
		status_print_hang(child->pid);
	/* It leads a session, and with it a process group, of its own. */
	if (ret->timed_out && kill(-child->pid, SIGKILL) < 0)
		kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &ret->status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	close(child->pidfd);
	r = collect(&ret->out, child->out);
	if (!r)
		r = collect(&ret->err, child->err);
	close_files(child);
	return r;
}

int run_program(struct run_result *ret, const struct run_place *place,
		const struct run_spec *spec)
{
	struct run_child child;
	int r = run_start(&child, place, spec);

	*ret = (struct run_result){ 0 };
	return r < 0 ? r : run_finish(&child, ret);
}

void run_result_done(struct run_result *result)
{
	text_done(&result->out);
	text_done(&result->err);
}

bool run_exited(struct run_result *result, int status)
{
	if (!result->timed_out && WIFEXITED(result->status) &&
	    WEXITSTATUS(result->status) == status)
		return true;
	fprintf(stderr,
		"pid %d: status %#x%s, expected exit %d; it said:\n%s%s",
		result->pid, result->status,
		result->timed_out ? " (out of time)" : "", status,
		text_string(&result->out), text_string(&result->err));
	return false;
}

bool run_may_trace(void)
{
	pid_t pid = fork();
	long r;

	if (pid == 0)
		for (;;)
			pause();
	r = pid < 0 ? -1 : ptrace(PTRACE_SEIZE, pid, NULL, NULL);
	if (r < 0)
		printf("skipped: no process may be traced here: %s\n",
		       strerror(errno));
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return r == 0;
}
