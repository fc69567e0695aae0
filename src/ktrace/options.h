/*
 * The command line of ktrace-u, from its table.
 */
#ifndef KTRACE_OPTIONS_H
#define KTRACE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/ownership.h"
#include "control/permission.h"
#include "control/targets.h"
#include "control/wire.h"
#include "supervisor/plan.h"
#include "sysdesc/select.h"

struct text;

enum ktrace_mode {
	KTRACE_RECORD, /* a command, or what has_target says */
	KTRACE_CLEAR,
	KTRACE_CLEAR_ALL,
	KTRACE_STATUS,
	KTRACE_SNAPSHOT,
	KTRACE_OWN, /* whose the recorder is, and whether it records */
};

enum ktrace_seccomp { SECCOMP_AUTO, SECCOMP_ALWAYS, SECCOMP_NEVER };

struct ktrace_options {
	bool append;    /* -a */
	bool inherit;   /* -i */
	bool drop;      /* --drop */
	bool genio_all; /* --genio-all */
	int level;      /* --zstd; 0 if not given */
	bool help;
	bool version;
	const char *file; /* -f; "-" is standard output */
	int fd;           /* --fd, --take-fd; -1 if not given */
	bool takes_fd;    /* the command does not have it */
	int report_fd;    /* --report-fd; -1 if not given */
	int confine_fd;   /* --confine-fd; -1 if not given */
	uint32_t points;  /* -t: KTRFAC() bits */
	bool points_given;
	struct select calls; /* --syscalls */
	bool calls_selected;
	const char *calls_text;    /* as it was given, or NULL */
	struct plan_stacks stacks; /* -k, --stack */
	const char *stacks_text;   /* as it was given, or NULL */
	uint64_t genio_size;
	bool genio_given;
	uint64_t size_max;   /* --max-size, --rotate; 0 if not given */
	uint64_t ring_size;  /* --ring; 0 if not given */
	bool rotates;        /* --rotate */
	unsigned kept_files; /* its second number; 0: all */
	uint64_t queue_size;
	bool queue_given;
	enum ktrace_seccomp seccomp;
	bool denies_setuid;    /* --setuid=deny */
	bool refuses_rings;    /* --no-io-uring */
	bool resolves;         /* --resolve */
	bool guards;           /* --guard */
	pid_t guarded;         /* its PID; 0 if not given */
	bool answers;          /* --answers */
	struct targets target; /* -p, -g, -d */
	bool has_target;       /* -p or -g was given */
	enum ktrace_mode mode;
	bool json;       /* --json */
	bool background; /* --background */
	enum permission_form rules;
	enum wire_operation own_operation; /* of KTRACE_OWN */
	pid_t owner;                       /* --owner */
	enum ownership_state state;        /* --pause */
	char *const *command;
};

/* 0, or -EINVAL with one line in *error. */
int ktrace_options_parse(struct ktrace_options *ret, int argc,
			 char *const *argv, struct text *error);

/* One line: how it is called; and all of --help. */
void ktrace_options_usage(struct text *text);
void ktrace_options_help(struct text *text);

#endif
