/* What the command line of kaudit-u asked for. */
#ifndef KAUDIT_OPTIONS_H
#define KAUDIT_OPTIONS_H

#include <stdbool.h>

#include "audit/roots.h"

struct text;

enum kaudit_job {
	KAUDIT_NONE, /* --help, --version */
	KAUDIT_RUN,
	KAUDIT_REPORT,
	KAUDIT_CHECK,
	KAUDIT_LEARN,
	KAUDIT_EXPORT,
};

enum kaudit_form { KAUDIT_TEXT, KAUDIT_JSON, KAUDIT_MARKDOWN };

/* Whose exit status `run` has. */
enum kaudit_exit { KAUDIT_EXIT_BOTH, KAUDIT_EXIT_COMMAND, KAUDIT_EXIT_AUDIT };

/* Whether the kernel is to hold the command to the policy, and to all of it. */
enum kaudit_enforce {
	KAUDIT_ENFORCE_NOTHING,
	KAUDIT_ENFORCE_ALL,
	KAUDIT_ENFORCE_POSSIBLE,
};

#define KAUDIT_TRACE "kaudit.ktr"

struct kaudit_options {
	enum kaudit_job job;
	enum kaudit_form form;
	enum kaudit_exit exit;
	enum kaudit_enforce enforce; /* run */
	const char *format;          /* export: the word behind it; or NULL */
	const char *trace;           /* run: where the trace is to be */
	const char *policy;          /* NULL: the built-in lines alone */
	const char *output; /* NULL: standard output; of run, standard error */
	struct roots roots; /* owned */
	unsigned collapse;
	bool allows_incomplete;
	bool honours_setuid;
	bool records_all; /* run: all calls */
	bool nul;         /* export: words, each with its NUL */
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
