/*
 * The command line of ktrace-u, from its table.
 */
#ifndef KTRACE_OPTIONS_H
#define KTRACE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/targets.h"
#include "sysdesc/select.h"

struct text;

enum ktrace_seccomp { SECCOMP_AUTO, SECCOMP_ALWAYS, SECCOMP_NEVER };

struct ktrace_options {
	bool append;    /* -a */
	bool inherit;   /* -i */
	bool drop;      /* --drop */
	bool genio_all; /* --genio-all */
	bool help;
	bool version;
	const char *file;    /* -f; "-" is standard output */
	int fd;              /* --fd; -1 if not given */
	uint32_t points;     /* -t: KTRFAC() bits */
	uint32_t asked;      /* those named by a letter of -t */
	struct select calls; /* --syscalls */
	bool calls_selected;
	uint64_t genio_size;
	uint64_t queue_size;
	enum ktrace_seccomp seccomp;
	struct targets target; /* -p, -g, -d */
	bool attaches;         /* one of them was given */
	char *const *command;
};

/* 0, or -EINVAL with one line in *error. */
int ktrace_options_parse(struct ktrace_options *ret, int argc,
			 char *const *argv, struct text *error);

/* One line: how it is called; and all of --help. */
void ktrace_options_usage(struct text *text);
void ktrace_options_help(struct text *text);

#endif
