/*
 * Reads /proc/PID/status. Asserts by CMocka; keeps nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sched.h>

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

void status_await(pid_t pid, char state)
{
	char value[STATUS_VALUE_MAX];

	do {
		sched_yield();
		status_value(pid, "State", value);
	} while (value[0] != state);
}
