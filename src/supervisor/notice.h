/*
 * How the supervisor speaks to people: once, in one line, never in the way of
 * the program. To the command's standard error where that is still the terminal
 * or pipe that it was at the start, and to syslog. Never to a file, and never
 * blocking.
 */
#ifndef SUPERVISOR_NOTICE_H
#define SUPERVISOR_NOTICE_H

#include <stdbool.h>
#include <sys/types.h>

struct notice {
	pid_t command;
	bool has_target; /* standard error was a terminal or a pipe */
	dev_t device;
	ino_t inode;
};

/* Remembers what the command's standard error is. */
void notice_open(struct notice *notice, pid_t command);

/* Says it. The line goes without a newline. */
void notice_say(const struct notice *notice, const char *line);

#endif
