/* What the command line of ktruss-u asked for. */
#ifndef KTRUSS_OPTIONS_H
#define KTRUSS_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "dump/job.h"

struct text;

/* Words that are handed to ktrace-u. */
#define KTRUSS_WORDS_MAX 12

struct ktruss_options {
	struct job show;      /* how it is printed */
	const char *output;   /* -o; NULL: standard error */
	pid_t pid;            /* -p; 0: a command, or a file */
	const char *file;     /* -f: a trace that is there already */
	char *const *command; /* the words, up to a NULL */
	const char *recording[KTRUSS_WORDS_MAX]; /* of ktrace-u, up to a NULL */
	unsigned recording_count;
	bool help;
	bool version;
};

/* 0, or -EINVAL with one line in *error. */
int ktruss_options_parse(struct ktruss_options *ret, int argc,
			 char *const *argv, struct text *error);

/* How it is called; and all of --help. */
void ktruss_options_usage(struct text *text);
void ktruss_options_help(struct text *text);

#endif
