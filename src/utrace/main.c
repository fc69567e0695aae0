/*
 * utrace-u: utrace(2) for shell scripts.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <ktrace-u/format.h>
#include <ktrace-u/utrace.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/options.h"
#include "base/text.h"
#include "utrace/hand.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct asked {
	bool help;
	bool version;
};

static const struct options_row table[] = {
	{ 0, "help", NULL, "print this and exit",
	  OPTIONS_FLAG(struct asked, help) },
	{ 0, "version", NULL, "print the version and exit",
	  OPTIONS_FLAG(struct asked, version) },
	{ 0 },
};

static void put_usage(struct text *text)
{
	text_put(text, "usage: utrace-u [text ...]\n");
}

static int print(const struct asked *asked, struct text *text)
{
	if (asked->version) {
		text_put(text, "utrace-u " KTRACE_U_VERSION "\n");
	} else {
		put_usage(text);
		text_put(text,
			 "\nPuts a USER record into the trace that its caller "
			 "is under: the words, or\nwithout any what it "
			 "reads.\n\n");
		options_help(table, text);
	}
	return fd_write_all(STDOUT_FILENO, text->data, text->length)
		   ? EXIT_FAILED
		   : 0;
}

static int fail(const char *what)
{
	fprintf(stderr, "utrace-u: %s\n", what);
	return EXIT_FAILED;
}

/* Words, with a blank between. */
static void join(struct text *text, char *const *words)
{
	for (char *const *word = words; *word; word++) {
		if (word != words)
			text_char(text, ' ');
		text_put(text, *word);
	}
}

/* One byte more than there may be, lest what is too long look as if it fit. */
static int read_input(struct text *text)
{
	char data[KTR_USER_MAX + 1];
	ssize_t n = fd_read_full(STDIN_FILENO, data, sizeof(data));

	if (n < 0)
		return (int)n;
	text_bytes(text, data, (size_t)n);
	return 0;
}

/* Our own record where we are recorded, else our parent's. */
static int put_record(const struct text *text)
{
	if (!prctl(KTR_PRCTL_UTRACE, (uintptr_t)text->data, text->length, 0L,
		   (unsigned long)KTR_UTRACE_PLAIN))
		return 0;
	if (errno == ENOMEM || errno == EFAULT)
		return -errno;
	return hand_to_parent(text->data, text->length);
}

static int record(char *const *words, struct text *text)
{
	int r = 0;

	if (words[0])
		join(text, words);
	else
		r = read_input(text);
	if (r < 0)
		return fail(strerror(-r));
	if (text->length > KTR_USER_MAX)
		return fail("a record holds at most 2048 bytes");
	r = put_record(text);
	return r < 0 ? fail(strerror(-r)) : 0;
}

int main(int argc, char **argv)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	struct asked asked = { 0 };
	int first = options_parse(table, argc, argv, &asked, NULL, &text);

	if (first < 0) {
		text_char(&text, '\n');
		put_usage(&text);
		fprintf(stderr, "utrace-u: %s", text_string(&text));
		return EXIT_USAGE;
	}
	if (asked.help || asked.version)
		return print(&asked, &text);
	return record(argv + first, &text);
}
