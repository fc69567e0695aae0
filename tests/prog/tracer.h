/*
 * For programs under test: what their tracer weighs.
 */
#ifndef PROG_TRACER_H
#define PROG_TRACER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number behind a name in /proc/PID/status, 0 if there is none. */
static inline long tracer_status_number(const char *pid, const char *name)
{
	char line[256];
	long number = 0;
	FILE *file;

	snprintf(line, sizeof(line), "/proc/%s/status", pid);
	file = fopen(line, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			number = strtol(line + strlen(name), NULL, 10);
	if (file)
		fclose(file);
	return number;
}

/* KiB of memory that whoever traces the caller holds; 0: nobody does. */
static inline long tracer_kib(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%ld",
		 tracer_status_number("self", "TracerPid:"));
	return tracer_status_number(pid, "VmRSS:");
}

#endif
