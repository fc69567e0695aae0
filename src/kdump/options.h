/* What the command line of kdump-u asked for. */
#ifndef KDUMP_OPTIONS_H
#define KDUMP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/data.h"
#include "foreign/input.h"

/* Where debug files are, unless --debug-dir says. */
#define OPTIONS_DEBUG_DIRECTORIES "/usr/lib/debug"

/* Times that --redact may be given. */
#define OPTIONS_REDACT_MAX 64u

struct comparison;
struct report_kind;
struct text;

struct options {
	const char *file;    /* "-": standard input */
	uint32_t facilities; /* KTRFAC() bits, when has_facilities */
	bool has_facilities;
	int64_t id; /* of a process or a thread; 0: all of them */
	const struct report_kind *report; /* --stats and others, or NULL */
	const char *database;             /* --sqlite: what to make, or NULL */
	const char *where; /* -w: an expression of query/query.h, or NULL */
	enum input_origin origin;               /* --origin */
	const char *debug_directories;          /* --debug-dir */
	const char *redact[OPTIONS_REDACT_MAX]; /* of redact/redact.h */
	unsigned redact_count;
	const char *copy;  /* -o, or NULL */
	const char *other; /* the second file, with --diff */
	bool counts;
	struct comparison *comparison; /* not an option: that of --diff */
	size_t data_max; /* bytes of data to show; 0: all of them */
	bool absolute;
	bool elapsed;
	bool relative;
	bool decimal;
	bool threads;
	bool follow;
	bool plain;   /* -n: nothing decoded */
	bool numbers; /* -S: numbers of system calls */
	bool no_data;
	bool abi;
	bool cpu;
	bool json;
	bool joined;
	bool colour; /* not an option: marks for a terminal */
	int out;     /* nor this: where to print */
	bool help;
	bool version;
	struct data_style style; /* not an option: what the terminal is like */
};

/*
 * Fills *ret from the words of the command line, which it points into. 0, or
 * -EINVAL with one line in *error.
 */
int options_take(struct options *ret, int argc, char *const *argv,
		 struct text *error);

/* Takes the expression of -w, once, of whatever program has such options. 0, or
 * -EINVAL or -ENOMEM with one line in *error. */
int options_take_where(struct options *options, const char *value,
		       struct text *error);

/* The line that says how to call it, newline included. */
void options_usage(struct text *text);

/* The same with what each option and each letter of -t means. */
void options_manual(struct text *text);

#endif
