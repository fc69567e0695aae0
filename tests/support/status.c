/*
 * Reads /proc/PID/status. Asserts by CMocka; keeps nothing.
 */
#include <glob.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/status.h"

void status_value(pid_t pid, const char *name, char ret[STATUS_VALUE_MAX])
{
	char path[64], line[256];
	size_t length = strlen(name);
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	assert_non_null(file);
	ret[0] = 0;
	while (!ret[0] && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, length))
			sscanf(line + length, ": %63s", ret);
	fclose(file);
	assert_true(ret[0]);
}

pid_t status_tracer(pid_t pid)
{
	char value[STATUS_VALUE_MAX];

	status_value(pid, "TracerPid", value);
	return (pid_t)strtol(value, NULL, 10);
}

uint64_t status_signals(pid_t pid, const char *name)
{
	char value[STATUS_VALUE_MAX];

	status_value(pid, name, value);
	return strtoull(value, NULL, 16);
}

void status_pause(void)
{
	const struct timespec moment = { .tv_nsec = 200000 };

	nanosleep(&moment, NULL);
}

void status_await(pid_t pid, char state)
{
	char value[STATUS_VALUE_MAX];

	do {
		status_pause();
		status_value(pid, "State", value);
	} while (value[0] != state);
}

static bool is_telling(const char *line)
{
	static const char *const names[] = { "Name:",   "State:",  "TracerPid:",
					     "SigPnd:", "ShdPnd:", "SigBlk:" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strncmp(line, names[i], strlen(names[i])))
			return true;
	return false;
}

/* The lines of a file of /proc that tell something; all: every line. */
static void print_file(const char *directory, const char *name, bool all)
{
	char path[PATH_MAX], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		if (all || is_telling(line))
			fprintf(stderr, "%s: %.*s\n", path,
				(int)strcspn(line, "\n"), line);
	fclose(file);
}

static void print_threads(pid_t pid)
{
	char pattern[64];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "/proc/%d/task/*", pid);
	if (glob(pattern, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		print_file(found.gl_pathv[i], "status", false);
		print_file(found.gl_pathv[i], "wchan", true);
		print_file(found.gl_pathv[i], "syscall", true);
	}
	globfree(&found);
}

/* The process, whoever traces it, and all that came of it. */
static void print_family(pid_t pid, pid_t *tracer)
{
	char path[64];
	FILE *file;
	pid_t child;

	print_threads(pid);
	if (status_tracer(pid) && status_tracer(pid) != *tracer) {
		*tracer = status_tracer(pid);
		print_threads(*tracer);
	}
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	file = fopen(path, "re");
	while (file && fscanf(file, "%d", &child) == 1)
		print_family(child, tracer);
	if (file)
		fclose(file);
}

void status_print_hang(pid_t pid)
{
	pid_t tracer = 0;

	print_family(pid, &tracer);
}
