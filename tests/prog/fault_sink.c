/*
 * Gives a recorder something to write, and says what came of it. The words are
 * done in order:
 *	calls N     N times getppid
 *	say WORD    a line on standard output
 *	tell FD     a byte into a descriptor
 *	hear FD     waits for a byte from a descriptor, or its end
 *	file NAME N writes N bytes into a new file, and says how many went
 *	exit N
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>

static void do_calls(char **values)
{
	for (long left = atol(values[0]); left > 0; left--)
		syscall(SYS_getppid);
}

static void do_say(char **values)
{
	puts(values[0]);
	fflush(stdout);
}

static void do_tell(char **values)
{
	if (write(atoi(values[0]), "!", 1) != 1)
		_exit(100);
}

static void do_hear(char **values)
{
	char byte;

	if (read(atoi(values[0]), &byte, 1) < 0)
		_exit(101);
}

static void do_file(char **values)
{
	int fd = open(values[0], O_WRONLY | O_CREAT | O_EXCL, 0600);
	long left = atol(values[1]);
	long wrote = 0;

	while (wrote < left && write(fd, "x", 1) == 1)
		wrote++;
	printf("%ld\n", wrote);
	fflush(stdout);
}

static void do_exit(char **values)
{
	exit(atoi(values[0]));
}

static const struct word {
	const char *name;
	int values;
	void (*act)(char **values);
} words[] = {
	{ "calls", 1, do_calls }, { "say", 1, do_say },
	{ "tell", 1, do_tell },   { "hear", 1, do_hear },
	{ "file", 2, do_file },   { "exit", 1, do_exit },
};

int main(int argc, char **argv)
{
	for (int i = 1; i < argc;) {
		const struct word *word = words;

		while (strcmp(word->name, argv[i]))
			word++;
		word->act(argv + i + 1);
		i += 1 + word->values;
	}
	return 0;
}
