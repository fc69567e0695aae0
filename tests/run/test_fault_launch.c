/*
 * What a command finds when it starts is what it finds untraced: descriptors,
 * signals, limits, timers, children, all of it, however ktrace-u itself was
 * started. Nothing of ours is in its output.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"

/* What our own short-lived child may use up. */
#define CHILDREN_US_MOST 50000
/* Where a prepared child waits for the end of a pipe. */
#define RELEASE_FD     "9"
#define RELEASE_NUMBER 9

struct start {
	const char *name;
	void (*prepare)(void *context);
	const char *words[4]; /* behind the program's name */
};

static void ignore_sigchld(void *context)
{
	(void)context;
	signal(SIGCHLD, SIG_IGN);
}

static void block(int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void block_sigchld(void *context)
{
	(void)context;
	block(SIGCHLD);
}

static void ignore_sigint(void *context)
{
	(void)context;
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGRTMAX, SIG_IGN);
}

/* One to the thread, one to the process, two queued with values. */
static void leave_pending(void *context)
{
	union sigval value = { .sival_int = 11 };

	(void)context;
	block(SIGUSR1);
	block(SIGTERM);
	block(SIGCHLD);
	block(SIGRTMIN + 3);
	raise(SIGUSR1);
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGCHLD);
	sigqueue(getpid(), SIGRTMIN + 3, value);
	value.sival_int = 12;
	sigqueue(getpid(), SIGRTMIN + 3, value);
}

static void block_all(void *context)
{
	sigset_t set;

	(void)context;
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

static void close_one(void *context)
{
	close(*(const int *)context);
}

static void close_input(void *context)
{
	static const int fd = STDIN_FILENO;

	(void)context;
	close_one((void *)&fd);
}

static void close_output(void *context)
{
	static const int fd = STDOUT_FILENO;

	(void)context;
	close_one((void *)&fd);
}

static void close_error(void *context)
{
	static const int fd = STDERR_FILENO;

	(void)context;
	close_one((void *)&fd);
}

static void close_all(void *context)
{
	close_input(context);
	close_output(context);
	close_error(context);
}

/* Some that the exec closes, some that it keeps, some far off. */
static void open_many(void *context)
{
	struct rlimit limit = { 1024, 1024 };

	(void)context;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int fd = 10; fd < 900; fd++)
		if (fd % 7)
			fcntl(STDIN_FILENO, fd % 3 ? F_DUPFD : F_DUPFD_CLOEXEC,
			      fd);
	fcntl(STDIN_FILENO, F_DUPFD, 1023);
}

/* All numbers but the few that ktrace-u needs for a while. */
static void leave_few_free(void *context)
{
	struct rlimit limit = { 16, 16 };

	(void)context;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int fd = 3; fd < 10; fd++)
		fcntl(STDIN_FILENO, F_DUPFD, fd);
}

/* A child that has ended, and one that ends when the command lets it. */
static void leave_children(void *context)
{
	siginfo_t info;
	char letter;
	int release[2];

	(void)context;
	if (pipe2(release, O_CLOEXEC) < 0)
		_exit(99);
	if (fork() == 0)
		_exit(3);
	waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
	if (fork() == 0) {
		close(release[1]);
		_exit(read(release[0], &letter, 1) == 0 ? 4 : 5);
	}
	dup2(release[1], RELEASE_NUMBER);
}

static void be_subreaper(void *context)
{
	(void)context;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void set_everything(void *context)
{
	struct itimerval timer = { { 0, 777000 }, { 5000, 0 } };
	struct rlimit limit = { 1u << 20, 2u << 20 };

	(void)context;
	prctl(PR_SET_PDEATHSIG, SIGUSR2);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_TIMERSLACK, 123456);
	setitimer(ITIMER_REAL, &timer, NULL);
	setitimer(ITIMER_PROF, &timer, NULL);
	setpriority(PRIO_PROCESS, 0, 5);
	umask(027);
	personality(ADDR_NO_RANDOMIZE);
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 4096, 8192 });
	setrlimit(RLIMIT_STACK, &(struct rlimit){ 4u << 20, 16u << 20 });
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 4096 });
	setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){ 100, 200 });
	setrlimit(RLIMIT_MSGQUEUE, &(struct rlimit){ 1000, 2000 });
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* clang-format off */
static const struct start starts[] = {
	{ "plainly", NULL, { "", "two words", "line\nbreak \xff" } },
	{ "SIGCHLD ignored", ignore_sigchld, { NULL } },
	{ "SIGCHLD blocked", block_sigchld, { NULL } },
	{ "SIGINT and others ignored", ignore_sigint, { NULL } },
	{ "all signals blocked", block_all, { NULL } },
	{ "signals pending", leave_pending, { NULL } },
	{ "no standard input", close_input, { NULL } },
	{ "no standard output", close_output, { NULL } },
	{ "no standard error", close_error, { NULL } },
	{ "none of the three", close_all, { NULL } },
	{ "many descriptors", open_many, { NULL } },
	{ "few descriptors left", leave_few_free, { NULL } },
	{ "children", leave_children, { "release", RELEASE_FD } },
	{ "as a subreaper", be_subreaper, { NULL } },
	{ "limits, timers, attributes", set_everything, { NULL } },
};
/* clang-format on */

enum manner { UNTRACED, TRACED, WITH_CHILDREN, FILTERED, MANNER_COUNT };

static const struct manner_row {
	const char *directory;
	const char *options[4]; /* none: untraced */
} manners[] = {
	[UNTRACED] = { "untraced", { NULL } },
	[TRACED] = { "traced", { "-f", "ktrace.out", NULL } },
	[WITH_CHILDREN] = { "inherit", { "-i", NULL } },
	[FILTERED] = { "filtered", { "-i", "--syscalls=openat", NULL } },
};

static void read_in(const struct run_place *place, const char *directory,
		    const char *name, struct text *ret)
{
	char file[128], path[PATH_MAX];
	int r;

	snprintf(file, sizeof(file), "%s/%s", directory, name);
	r = run_read_file(ret, run_place_file(place, file, path));
	if (r < 0)
		fail_msg("%s: %s", path, strerror(-r));
}

/* Each `what`, wherever it stands, becomes `with`. */
static void replace(struct text *text, const char *what, const char *with)
{
	struct text masked = TEXT_INIT;
	const char *at = text_string(text);
	const char *found;

	while ((found = strstr(at, what)) != NULL) {
		text_bytes(&masked, at, (size_t)(found - at));
		text_put(&masked, with);
		at = found + strlen(what);
	}
	text_put(&masked, at);
	text_done(text);
	*text = masked;
}

/* No two pipes have the same number. */
static void mask_pipes(struct text *text)
{
	static const char pipe_name[] = "pipe:[";
	char *at;

	text_string(text); /* puts the NUL there */
	at = text->data;
	assert_non_null(at);
	while ((at = strstr(at, pipe_name)) != NULL)
		for (at += strlen(pipe_name); *at != ']'; at++)
			*at = '*';
}

static void mask_directory(struct text *text, const struct run_place *place,
			   const char *directory)
{
	char path[PATH_MAX];

	replace(text, run_place_file(place, directory, path), "DIRECTORY");
}

static void check_children_usage(const struct run_place *place,
				 const char *directory)
{
	struct text text = TEXT_INIT;
	long used;

	read_in(place, directory, "children_us", &text);
	used = strtol(text_string(&text), NULL, 10);
	printf("  %s: its children used %ld us before it began\n", directory,
	       used);
	assert_in_range(used, 0, CHILDREN_US_MOST);
	text_done(&text);
}

/* Runs it, and returns what it found. */
static struct text find_state(const struct start *start,
			      const struct run_place *place,
			      const struct manner_row *manner)
{
	const char *const mkdir_argv[] = { "mkdir", manner->directory, NULL };
	struct run_spec mkdir_spec = { .argv = mkdir_argv };
	const char *argv[6] = { "prog:fault_launch_state" };
	struct run_spec spec = {
		.argv = argv,
		.trace = manner->options[0] ? manner->options : NULL,
		.directory = manner->directory,
		.prepare = start->prepare,
	};
	struct text state = TEXT_INIT;
	struct run_result result;

	memcpy(&argv[1], start->words, sizeof(start->words));
	assert_int_equal(run_program(&result, place, &mkdir_spec), 0);
	run_result_done(&result);
	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	assert_int_equal(result.out.length, 0);
	assert_int_equal(result.err.length, 0);
	run_result_done(&result);
	read_in(place, manner->directory, "state", &state);
	mask_directory(&state, place, manner->directory);
	mask_pipes(&state);
	check_children_usage(place, manner->directory);
	return state;
}

/* With a filter two lines must differ: they say that there is one. */
static void drop_seccomp(struct text *text)
{
	static const char *const names[] = { "\nSeccomp:", "\nSeccomp_filters:",
					     "\nprctl 21:" };
	char *data = text->data;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *line = strstr(data, names[i]);

		assert_non_null(line);
		for (line++; *line != '\n'; line++)
			*line = '*';
	}
}

static void must_be_whole(const struct run_place *place, const char *directory)
{
	struct text why = TEXT_INIT;
	struct trace trace;
	char file[64], path[PATH_MAX];

	snprintf(file, sizeof(file), "%s/ktrace.out", directory);
	run_place_file(place, file, path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!trace_is_whole(&trace, &why))
		fail_msg("%s: not whole: %s", directory, text_string(&why));
	trace_done(&trace);
}

static void must_be_equal(struct text *traced, struct text *untraced,
			  bool filtered)
{
	if (filtered) {
		drop_seccomp(traced);
		drop_seccomp(untraced);
	}
	assert_string_equal(text_string(traced), text_string(untraced));
	assert_int_equal(traced->length, untraced->length);
}

struct variant {
	const struct start *start;
	enum run_user user;
	char name[64];
};

static void test_start(void **state)
{
	const struct variant *variant = *state;
	struct run_place place;
	struct text untraced;

	assert_int_equal(run_place_open(&place, variant->user), 0);
	untraced = find_state(variant->start, &place, &manners[UNTRACED]);
	assert_true(untraced.length > 1000);
	for (unsigned i = TRACED; i < MANNER_COUNT; i++) {
		struct text traced = find_state(variant->start, &place,
						&manners[i]);

		must_be_equal(&traced, &untraced, i == FILTERED);
		must_be_whole(&place, manners[i].directory);
		text_done(&traced);
	}
	text_done(&untraced);
	run_place_close(&place);
}

int main(void)
{
	static struct CMUnitTest tests[2 * ARRAY_LEN(starts)];
	static struct variant variants[2 * ARRAY_LEN(starts)];
	/* Who is no root runs all as an ordinary user anyway. */
	size_t users = geteuid() == 0 ? 2 : 1;
	size_t count = 0;

	for (size_t i = 0; i < users * ARRAY_LEN(starts); i++) {
		struct variant *variant = &variants[count];

		variant->start = &starts[i % ARRAY_LEN(starts)];
		variant->user = i < ARRAY_LEN(starts) ? RUN_AS_SELF
						      : RUN_AS_ORDINARY;
		snprintf(variant->name, sizeof(variant->name), "%s, %s",
			 variant->start->name,
			 variant->user == RUN_AS_SELF ? "as oneself"
						      : "as an ordinary user");
		tests[count++] = (struct CMUnitTest){
			.name = variant->name,
			.test_func = test_start,
			.initial_state = variant,
		};
	}
	return _cmocka_run_group_tests("launch", tests, count, NULL, NULL);
}
