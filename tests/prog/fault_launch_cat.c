/*
 * cat for a terminal: says "ready", repeats each line behind "got ", tells of
 * each new size of the window, and says "end" at the end of its input.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>

static int say(const char *text, size_t length)
{
	return write(STDOUT_FILENO, text, length) == (ssize_t)length;
}

/* Right here: between a look at a flag and read() there would be a gap. Nothing
 * else in this program uses stdio. */
static void say_size(int number)
{
	struct winsize size = { 0 };
	char line[64];

	(void)number;
	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	snprintf(line, sizeof(line), "size %dx%d\n", size.ws_row, size.ws_col);
	say(line, strlen(line));
}

int main(void)
{
	struct sigaction action = { .sa_handler = say_size };
	char line[256];
	ssize_t length;

	sigaction(SIGWINCH, &action, NULL);
	if (!say("ready\n", 6))
		return 1;
	do {
		length = read(STDIN_FILENO, line, sizeof(line));
		if (length > 0 &&
		    (!say("got ", 4) || !say(line, (size_t)length)))
			return 1;
	} while (length > 0 || (length < 0 && errno == EINTR));
	say("end\n", 4);
	return length < 0 ? 2 : 5;
}
