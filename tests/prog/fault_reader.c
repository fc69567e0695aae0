/*
 * Reads lines and says them again; exits with 5 at the end. "polite": stops
 * itself at SIGTSTP as an editor does, and says when it is back.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

static void be_polite(int signal_number)
{
	sigset_t set;

	say("stopping\n");
	signal(signal_number, SIG_DFL);
	raise(signal_number);
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(signal_number, be_polite);
	say("back\n");
}

int main(int argc, char **argv)
{
	char line[256];
	ssize_t n;

	if (argc > 1 && !strcmp(argv[1], "polite"))
		signal(SIGTSTP, be_polite);
	say("ready\n");
	while ((n = read(STDIN_FILENO, line, sizeof(line) - 1)) > 0) {
		line[n] = 0;
		say("got ");
		say(line);
	}
	if (n < 0)
		say(strerrorname_np(errno));
	return n < 0 ? 1 : 5;
}
