/*
 * Job control on a terminal. The test opens a pty; a session leader on it plays
 * the shell and the fingers: it starts a program in the foreground or the
 * background, types, waits, stops and continues, and writes down all that it
 * sees. Traced, it must see what it sees untraced.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"

#define PATIENCE_MS 60000

enum act {
	DONE,
	START,     /* in the foreground */
	BEHIND,    /* in the background */
	TYPE,      /* text */
	EXPECT,    /* text, on the terminal */
	WAIT,      /* for the job: how it stopped, went on or ended */
	WAIT_STOP, /* for its stop or end alone */
	TAKE,      /* the terminal back */
	GIVE,      /* the terminal to the job */
	CONTINUE,  /* SIGCONT to the job */
	RESIZE,    /* the window */
	STATE,     /* of the job, in /proc */
	STRICT,    /* who writes from the background stops */
};

struct step {
	enum act act;
	const char *text;
};

struct scenario {
	const char *name;
	const char
	    *command; /* NULL: the program itself; else sh -c, $0 is it */
	struct step steps[24];
};

#define CTRL_C         "\003"
#define CTRL_D         "\004"
#define CTRL_Z         "\032"
#define CTRL_BACKSLASH "\034"

/* clang-format off */
static const struct scenario scenarios[] = {
	{ "stopped, continued, resized, interrupted", NULL, {
		{ START, NULL }, { EXPECT, "ready\n" },
		{ TYPE, "one\n" }, { EXPECT, "got one\n" },
		{ TYPE, CTRL_Z }, { WAIT, NULL }, { STATE, NULL },
		{ TAKE, NULL }, { GIVE, NULL }, { CONTINUE, NULL },
		{ WAIT, NULL },
		{ TYPE, "two\n" }, { EXPECT, "got two\n" },
		{ RESIZE, NULL }, { EXPECT, "size 50x132\n" },
		{ TYPE, CTRL_Z }, { WAIT, NULL }, { CONTINUE, NULL },
		{ WAIT, NULL },
		{ TYPE, CTRL_C }, { WAIT, NULL } } },
	{ "quit", NULL, {
		{ START, NULL }, { EXPECT, "ready\n" },
		{ TYPE, CTRL_BACKSLASH }, { WAIT, NULL } } },
	{ "reads in the background", NULL, {
		{ BEHIND, NULL }, { EXPECT, "ready\n" },
		{ WAIT, NULL }, { STATE, NULL },
		/* It may stop again before anybody sees it go on. */
		{ CONTINUE, NULL }, { WAIT_STOP, NULL },
		{ GIVE, NULL }, { CONTINUE, NULL }, { WAIT, NULL },
		{ TYPE, "three\n" }, { EXPECT, "got three\n" },
		{ TYPE, CTRL_D }, { EXPECT, "end\n" }, { WAIT, NULL } } },
	{ "writes in the background", NULL, {
		{ STRICT, NULL }, { BEHIND, NULL },
		{ WAIT, NULL }, { STATE, NULL },
		{ GIVE, NULL }, { CONTINUE, NULL }, { WAIT, NULL },
		{ EXPECT, "ready\n" },
		{ TYPE, CTRL_C }, { WAIT, NULL } } },
	{ "a job of two processes", "\"$0\"; exit $?", {
		{ START, NULL }, { EXPECT, "ready\n" },
		{ TYPE, CTRL_Z }, { WAIT, NULL }, { STATE, NULL },
		{ TAKE, NULL }, { GIVE, NULL }, { CONTINUE, NULL },
		{ WAIT, NULL },
		{ TYPE, "four\n" }, { EXPECT, "got four\n" },
		{ TYPE, CTRL_D }, { EXPECT, "end\n" }, { WAIT, NULL } } },
	{ "a job of two processes, interrupted", "\"$0\"; exit $?", {
		{ START, NULL }, { EXPECT, "ready\n" },
		{ TYPE, CTRL_Z }, { WAIT, NULL },
		{ CONTINUE, NULL }, { WAIT, NULL },
		{ TYPE, CTRL_C }, { WAIT, NULL } } },
};
/* clang-format on */

/* ---- the shell: a process of its own, which asserts nothing ---- */

struct shell {
	const struct run_place *place;
	const struct scenario *scenario;
	const char *const *options; /* NULL: untraced */
	FILE *log;
	int master;
	int terminal;
	pid_t job;
	struct text seen; /* on the terminal, and not expected yet */
};

static void shell_drop(const struct run_place *place)
{
	if (place->drops &&
	    (syscall(SYS_setgroups, 0, NULL) < 0 ||
	     syscall(SYS_setresgid, place->gid, place->gid, place->gid) < 0 ||
	     syscall(SYS_setresuid, place->uid, place->uid, place->uid) < 0))
		_exit(98);
}

static void job_words(const struct shell *shell, const char **words,
		      char *program, size_t size)
{
	size_t count = 0;

	snprintf(program, size, "%s/fault_launch_cat", shell->place->programs);
	if (shell->options)
		words[count++] = shell->place->ktrace;
	for (size_t i = 0; shell->options && shell->options[i]; i++)
		words[count++] = shell->options[i];
	if (shell->scenario->command) {
		words[count++] = "sh";
		words[count++] = "-c";
		words[count++] = shell->scenario->command;
	}
	words[count++] = program;
	words[count] = NULL;
}

static void be_job(const struct shell *shell, bool in_front)
{
	static char *const environment[] = {
		(char *)"PATH=/usr/bin:/bin",
		(char *)"ASAN_OPTIONS=detect_leaks=0", NULL
	};
	const char *words[12];
	char program[PATH_MAX + 64];

	setpgid(0, 0);
	if (in_front)
		tcsetpgrp(shell->terminal, getpid());
	signal(SIGTTOU, SIG_DFL);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(shell->terminal, fd);
	job_words(shell, words, program, sizeof(program));
	execvpe(words[0], (char *const *)words, environment);
	_exit(97);
}

static void start(struct shell *shell, bool in_front)
{
	shell->job = fork();
	if (shell->job == 0)
		be_job(shell, in_front);
	setpgid(shell->job, shell->job);
	if (in_front)
		tcsetpgrp(shell->terminal, shell->job);
}

static void expect(struct shell *shell, const char *text)
{
	struct pollfd ready = { .fd = shell->master, .events = POLLIN };
	char piece[512];
	ssize_t n = 1;

	while (!strstr(text_string(&shell->seen), text) && n > 0 &&
	       poll(&ready, 1, PATIENCE_MS) == 1) {
		n = read(shell->master, piece, sizeof(piece));
		if (n > 0)
			text_bytes(&shell->seen, piece, (size_t)n);
	}
	fprintf(shell->log, "terminal: %s", text_string(&shell->seen));
	text_clear(&shell->seen);
}

static void wait_for_job(struct shell *shell, int options)
{
	int status;
	pid_t pid = waitpid(shell->job, &status, WUNTRACED | options);

	if (pid != shell->job)
		fprintf(shell->log, "wait: errno %d\n", errno);
	else if (WIFSTOPPED(status))
		fprintf(shell->log, "stopped by %d\n", WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		fprintf(shell->log, "continued\n");
	else if (WIFSIGNALED(status))
		fprintf(shell->log, "killed by %d core %d\n", WTERMSIG(status),
			WCOREDUMP(status) != 0);
	else
		fprintf(shell->log, "exited with %d\n", WEXITSTATUS(status));
}

/* The kernel writes a stopped job that has a tracer as t, not T. */
static void log_state(struct shell *shell)
{
	char path[64], line[512], state = '?';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", shell->job);
	file = fopen(path, "re");
	if (file && fgets(line, sizeof(line), file) && strrchr(line, ')'))
		state = strrchr(line, ')')[2];
	if (file)
		fclose(file);
	if (state == 't' && shell->options)
		state = 'T';
	fprintf(shell->log, "state %c\n", state);
}

static void stop_writers(const struct shell *shell)
{
	struct termios mode;

	tcgetattr(shell->terminal, &mode);
	mode.c_lflag |= TOSTOP;
	tcsetattr(shell->terminal, TCSANOW, &mode);
}

static void act(struct shell *shell, const struct step *step)
{
	struct winsize size = { .ws_row = 50, .ws_col = 132 };

	switch (step->act) {
	case START:
	case BEHIND:
		start(shell, step->act == START);
		break;
	case TYPE:
		if (write(shell->master, step->text, strlen(step->text)) < 0)
			fprintf(shell->log, "type: errno %d\n", errno);
		break;
	case EXPECT:
		expect(shell, step->text);
		break;
	case WAIT:
		wait_for_job(shell, WCONTINUED);
		break;
	case WAIT_STOP:
		wait_for_job(shell, 0);
		break;
	case TAKE:
		tcsetpgrp(shell->terminal, getpid());
		break;
	case GIVE:
		tcsetpgrp(shell->terminal, shell->job);
		break;
	case CONTINUE:
		kill(-shell->job, SIGCONT);
		break;
	case RESIZE:
		ioctl(shell->master, TIOCSWINSZ, &size);
		break;
	case STATE:
		log_state(shell);
		break;
	case STRICT:
		stop_writers(shell);
		break;
	case DONE:
		break;
	}
	fflush(shell->log);
}

/* Neither echo nor carriage returns: all that is seen is the program's. */
static void open_terminal(struct shell *shell)
{
	struct termios mode;

	shell->terminal = open(ptsname(shell->master), O_RDWR | O_CLOEXEC);
	ioctl(shell->terminal, TIOCSCTTY, 0);
	tcgetattr(shell->terminal, &mode);
	mode.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ECHOCTL);
	mode.c_oflag &= ~(tcflag_t)OPOST;
	tcsetattr(shell->terminal, TCSANOW, &mode);
}

static void be_shell(struct shell *shell)
{
	static const struct rlimit no_core = { 0, 0 };

	setsid();
	/* Whatever hangs, ends; and with its leader the session. */
	alarm(PATIENCE_MS / 1000);
	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGTTOU, SIG_IGN);
	open_terminal(shell);
	shell_drop(shell->place);
	if (chdir(shell->place->path) < 0)
		_exit(96);
	for (const struct step *step = shell->scenario->steps;
	     step->act != DONE; step++)
		act(shell, step);
	_exit(0);
}

/* ---- the test ---- */

static struct text play(const struct run_place *place,
			const struct scenario *scenario,
			const char *const *options)
{
	int log = memfd_create("log", MFD_CLOEXEC);
	struct shell shell = {
		.place = place,
		.scenario = scenario,
		.options = options,
		.log = fdopen(dup(log), "w"),
		.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC),
		.seen = TEXT_INIT,
	};
	struct text text = TEXT_INIT;
	char path[64];
	int status;
	pid_t pid;

	assert_non_null(shell.log);
	assert_true(shell.master >= 0);
	assert_int_equal(grantpt(shell.master), 0);
	assert_int_equal(unlockpt(shell.master), 0);
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		be_shell(&shell);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", log);
	assert_true(run_read_file(&text, path) >= 0);
	if (status)
		fail_msg("the shell ended with %#x, having seen:\n%s", status,
			 text_string(&text));
	fclose(shell.log);
	close(log);
	close(shell.master);
	return text;
}

static void must_be_whole(const struct run_place *place)
{
	struct text why = TEXT_INIT;
	struct trace trace;
	char path[PATH_MAX];

	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!trace_is_whole(&trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	trace_done(&trace);
}

static void test_scenario(void **state)
{
	static const char *const manners[][3] = {
		{ "-f", "ktrace.out", NULL },
		{ "-i", NULL },
		{ "-i", "--syscalls=read", NULL },
	};
	static const enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };
	const struct scenario *scenario = *state;

	for (size_t user = 0; user < ARRAY_LEN(users); user++) {
		struct run_place place;
		struct text untraced;

		assert_int_equal(run_place_open(&place, users[user]), 0);
		untraced = play(&place, scenario, NULL);
		printf("%s", user ? "" : text_string(&untraced));
		for (size_t i = 0; i < ARRAY_LEN(manners); i++) {
			struct text traced = play(&place, scenario, manners[i]);

			assert_string_equal(text_string(&traced),
					    text_string(&untraced));
			must_be_whole(&place);
			text_done(&traced);
		}
		text_done(&untraced);
		run_place_close(&place);
	}
}

int main(void)
{
	static struct CMUnitTest tests[ARRAY_LEN(scenarios)];

	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
		tests[i] = (struct CMUnitTest){
			.name = scenarios[i].name,
			.test_func = test_scenario,
			.initial_state = (void *)&scenarios[i],
		};
	return _cmocka_run_group_tests("launch_jobs", tests, ARRAY_LEN(tests),
				       NULL, NULL);
}
