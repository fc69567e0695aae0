/*
 * Programs over files, and what they must say. KTRACE_U_UPDATE_GOLDEN=1 in the
 * environment has it written down instead.
 */
#include "support/golden_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "support/run.h"

#define WORDS_MAX 8

static bool wants_update(void)
{
	return getenv("KTRACE_U_UPDATE_GOLDEN") != NULL;
}

static void write_file(const char *path, const struct text *text)
{
	_cleanup_fd_ int fd = -1;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || fd_write_all(fd, text->data, text->length))
		fail_msg("%s cannot be written", path);
}

static size_t first_difference(const struct text *one, const struct text *other)
{
	size_t at = 0;

	while (at < one->length && at < other->length &&
	       one->data[at] == other->data[at])
		at++;
	return at;
}

/* The line of a text that holds an offset. */
static const char *line_at(struct text *text, size_t at)
{
	char *start = (char *)text_string(text);

	if (at > text->length)
		at = text->length;
	start[at + strcspn(start + at, "\n")] = 0;
	while (at > 0 && start[at - 1] != '\n')
		at--;
	return start + at;
}

void golden_run_must_equal(struct text *text, const char *path)
{
	_cleanup_(text_done) struct text wanted = TEXT_INIT;
	size_t at;

	if (wants_update()) {
		write_file(path, text);
		return;
	}
	if (run_read_file(&wanted, path))
		fail_msg("%s cannot be read", path);
	at = first_difference(text, &wanted);
	if (at < text->length || at < wanted.length)
		fail_msg("%s differs at byte %zu:\nwanted: %s\ngot:    %s",
			 path, at, line_at(&wanted, at), line_at(text, at));
}

struct command_result golden_run(const char *program, const char *words,
				 const char *file)
{
	const char *argv[WORDS_MAX] = { program };
	_cleanup_free_ char *copy = strdup(words);
	struct command_result result;
	char *save = NULL;
	size_t count = 1;

	assert_non_null(copy);
	for (char *word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		argv[count++] = word;
	assert_true(count < WORDS_MAX - 1);
	argv[count] = file;
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	return result;
}

int golden_run_status(const struct command_result *result)
{
	assert_true(WIFEXITED(result->status));
	return WEXITSTATUS(result->status);
}
