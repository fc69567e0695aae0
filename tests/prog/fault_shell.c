/*
 * A shell's half of job control: opens a terminal, runs the command given as
 * its arguments in it, again and again, types at it, stops it, continues it in
 * the background and the foreground, and prints what it hears of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/wait.h>

static int keyboard; /* the terminal's other side */
static int terminal;
static pid_t job;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void open_terminal(void)
{
	keyboard = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (keyboard < 0 || grantpt(keyboard) || unlockpt(keyboard))
		die("posix_openpt");
	/* The leader of a session without a terminal gets this one. */
	terminal = open(ptsname(keyboard), O_RDWR | O_CLOEXEC);
	if (terminal < 0)
		die("terminal");
}

static void give_terminal(pid_t group)
{
	if (tcsetpgrp(terminal, group))
		die("tcsetpgrp");
}

static void run_job(char **argv)
{
	setpgid(0, 0);
	give_terminal(getpid());
	signal(SIGTTOU, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	dup2(terminal, STDIN_FILENO);
	dup2(terminal, STDOUT_FILENO);
	dup2(terminal, STDERR_FILENO);
	execvp(argv[0], argv);
	_exit(127);
}

/* Waits until the terminal has shown it. */
static void expect(const char *text)
{
	static char seen[65536];
	struct pollfd ready = { .fd = keyboard, .events = POLLIN };
	size_t length = 0;
	ssize_t n;

	seen[0] = 0;
	while (!strstr(seen, text)) {
		if (poll(&ready, 1, 60000) != 1)
			break;
		n = read(keyboard, seen + length, sizeof(seen) - 1 - length);
		if (n <= 0)
			break;
		length += (size_t)n;
		seen[length] = 0;
	}
	printf("%s \"%s\"\n", strstr(seen, text) ? "saw" : "did not see", text);
	if (!strstr(seen, text))
		fprintf(stderr, "shown: %s\n", seen);
}

static void start(const char *what, char **argv)
{
	printf("-- %s\n", what);
	fflush(stdout);
	job = fork();
	if (job == 0)
		run_job(argv);
	if (job < 0)
		die("fork");
	setpgid(job, job);
	expect("ready");
}

static void type(const char *keys)
{
	if (write(keyboard, keys, strlen(keys)) < 0)
		die("type");
}

static void print_status(int status)
{
	if (WIFSTOPPED(status))
		printf("stopped by %s\n", sigabbrev_np(WSTOPSIG(status)));
	else if (WIFCONTINUED(status))
		printf("continued\n");
	else if (WIFSIGNALED(status))
		printf("killed by %s\n", sigabbrev_np(WTERMSIG(status)));
	else
		printf("exited with %d\n", WEXITSTATUS(status));
	fflush(stdout);
}

/* Hears one thing of the job. A stop or an end may overtake the news that it
 * goes on, so who expects one of those does not ask for that. */
static void hear(int options)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(job, &status, options);
	while (pid < 0 && errno == EINTR);
	if (pid < 0)
		die("waitpid");
	print_status(status);
	if (!WIFCONTINUED(status))
		give_terminal(getpgrp());
}

static void stop_and_go(char **argv)
{
	struct winsize size = { .ws_row = 10, .ws_col = 20 };

	start("stop, go on in the background, in the foreground", argv);
	type("\x1a");
	hear(WUNTRACED);
	kill(-job, SIGCONT);
	hear(WUNTRACED); /* it reads in the background */
	give_terminal(job);
	kill(-job, SIGCONT);
	hear(WCONTINUED);
	type("hello\n");
	expect("got hello");
	ioctl(keyboard, TIOCSWINSZ, &size);
	type("again\n");
	expect("got again");
	type("\x03");
	hear(WUNTRACED);
}

static void stop_by_kill(char **argv)
{
	start("SIGSTOP, SIGTERM, SIGCONT", argv);
	kill(-job, SIGSTOP);
	hear(WUNTRACED);
	kill(-job, SIGTERM); /* stays pending */
	kill(-job, SIGCONT);
	hear(WUNTRACED);
}

static void kill_stopped(char **argv)
{
	start("SIGSTOP, SIGKILL", argv);
	kill(-job, SIGSTOP);
	hear(WUNTRACED);
	kill(-job, SIGKILL);
	hear(WUNTRACED);
}

static void type_and_hear(const char *what, const char *keys, char **argv)
{
	start(what, argv);
	type(keys);
	hear(WUNTRACED);
}

/* Types an end of file until it is heard of: a terminal under load may lose
 * one, traced or not. */
static void end_file(char **argv)
{
	siginfo_t info = { 0 };

	start("end of file", argv);
	do {
		type("\x04");
		for (int i = 0; i < 200 && !info.si_pid; i++) {
			poll(NULL, 0, 10);
			waitid(P_PID, (id_t)job, &info,
			       WEXITED | WSTOPPED | WNOHANG | WNOWAIT);
		}
	} while (!info.si_pid);
	hear(WUNTRACED);
}

static void hang_up(char **argv)
{
	start("hang-up, as a shell passes it on", argv);
	kill(-job, SIGHUP);
	kill(-job, SIGCONT);
	hear(WUNTRACED);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	open_terminal();
	argv++;
	stop_and_go(argv);
	stop_by_kill(argv);
	kill_stopped(argv);
	type_and_hear("interrupt", "\x03", argv);
	type_and_hear("quit", "\x1c", argv);
	end_file(argv);
	hang_up(argv);
	return 0;
}
