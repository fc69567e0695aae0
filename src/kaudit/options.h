/* What the command line of kaudit-u asked for. */
#ifndef KAUDIT_OPTIONS_H
#define KAUDIT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/roots.h"

struct report_form;
struct text;

enum kaudit_job {
	KAUDIT_NONE, /* --help, --version */
	KAUDIT_RUN,
	KAUDIT_REPORT,
	KAUDIT_CHECK,
	KAUDIT_LEARN,
	KAUDIT_DIFF,
	KAUDIT_EXPORT,
};

/* Whose exit status `run` has. */
enum kaudit_exit { KAUDIT_EXIT_BOTH, KAUDIT_EXIT_COMMAND, KAUDIT_EXIT_AUDIT };

/* Whether the kernel is to hold the command to the policy, and to all of it. */
enum kaudit_enforce {
	KAUDIT_ENFORCE_NOTHING,
	KAUDIT_ENFORCE_ALL,
	KAUDIT_ENFORCE_POSSIBLE,
};

#define KAUDIT_TRACE "kaudit.ktr"
/* Times that --report and --redact may be given. */
#define KAUDIT_REPORTS_MAX 16u
#define KAUDIT_REDACT_MAX  64u

struct kaudit_options {
	enum kaudit_job job;
	const struct report_form *form;
	struct kaudit_report {
		const struct report_form *form;
		const char *file;
	} reports[KAUDIT_REPORTS_MAX]; /* besides the one of -o */
	unsigned report_count;
	enum kaudit_exit exit;
	enum kaudit_enforce enforce; /* run */
	const char *format;          /* export: the word behind it; or NULL */
	const char *trace;           /* run: where the trace is to be */
	const char *policy;          /* NULL: the built-in lines alone */
	const char *baseline;        /* NULL: none */
	const char *output; /* NULL: standard output; of run, standard error */
	/* What is masked; what is known by its name always is. */
	const char *redact[KAUDIT_REDACT_MAX + 1];
	unsigned redact_count;
	bool keeps_variables;
	struct roots roots; /* owned */
	unsigned collapse;
	uint64_t timeout_ns; /* run: 0 if not given */
	const char *timeout; /* as it was given */
	bool allows_incomplete;
	bool honours_setuid;
	bool hashes;
	bool updates_baseline;
	bool records_all;   /* run: all calls */
	bool records_looks; /* run: those that only look */
	bool nul;           /* export: words, each with its NUL */
	bool help;
	bool version;
	char *const *operands; /* the command, or files, up to a NULL */
};

/* 0, or -EINVAL or -ENOMEM with one line in *error. *ret is to be given to
 * kaudit_options_done() in any case. */
int kaudit_options_parse(struct kaudit_options *ret, int argc,
			 char *const *argv, struct text *error);
void kaudit_options_done(struct kaudit_options *options);

/* How it is called; and all of --help. */
void kaudit_options_usage(struct text *text);
void kaudit_options_help(struct text *text);

#endif
