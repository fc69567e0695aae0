/*
 * What strace writes, read again. Knows its grammar, and no call by name: which
 * arguments are paths the table says.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/witness.h"
#include "sysdesc/sysdesc.h"

static const struct sysdesc_row *find_row(const char *name, size_t length)
{
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (strlen(row->name) == length &&
		    !memcmp(row->name, name, length))
			return row;
	}
	return NULL;
}

/* Behind a string, whose characters are all \xNN. */
static const char *skip_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		;
	return *at ? at + 1 : at;
}

/* Behind an argument: at its comma, or at the closing parenthesis. */
static const char *skip_argument(const char *at)
{
	int depth = 0;

	while (*at && (depth > 0 || (*at != ',' && *at != ')'))) {
		if (*at == '"') {
			at = skip_string(at);
			continue;
		}
		if (strchr("([{", *at))
			depth++;
		else if (strchr(")]}", *at))
			depth--;
		at++;
	}
	return at;
}

static void put_string(struct text *lines, const char *at)
{
	struct text bytes = TEXT_INIT;
	unsigned value;

	for (at++; sscanf(at, "\\x%2x", &value) == 1; at += 4)
		text_char(&bytes, (char)value);
	witness_put_path(lines, bytes.data, bytes.length,
			 !strncmp(at, "\"...", 4));
	text_done(&bytes);
}

/* The arguments; returns what is behind the closing parenthesis. */
static const char *put_paths(struct text *lines, const struct sysdesc_row *row,
			     const char *at)
{
	for (unsigned i = 0; *at && *at != ')'; i++) {
		at += strspn(at, " ");
		if (i < row->narg && row->arg[i].kind == KIND_PATH &&
		    *at == '"')
			put_string(lines, at);
		at = skip_argument(at);
		at += *at == ',';
	}
	return *at ? at + 1 : at;
}

/* " = 3", " = -1 ENOENT (No such...)", " = ? ERESTARTSYS (To be...)", " = ?" */
static bool put_value(struct text *lines, const struct sysdesc_row *row,
		      pid_t pid, const char *at)
{
	char error[32];

	at += strspn(at, " ");
	if (strncmp(at, "= ", 2))
		return false;
	at += 2;
	if (row->effect == EFFECT_SIGRETURN)
		witness_put_result(lines, row, pid, 0, NULL);
	else if (!strncmp(at, "? ERESTART", 10) || !strncmp(at, "-1 EINTR", 8))
		text_put(lines, " = interrupted\n");
	else if (*at == '?')
		text_put(lines, " = none\n");
	else if (sscanf(at, "-1 %31[A-Z0-9]", error) == 1)
		witness_put_result(lines, row, pid, -1, error);
	else
		witness_put_result(lines, row, pid,
				   (int64_t)strtoull(at, NULL, 0), NULL);
	return true;
}

static bool put_call(struct text *lines, const char *line, pid_t pid)
{
	size_t length = strcspn(line, "(");
	const struct sysdesc_row *row = find_row(line, length);

	if (!row || line[length] != '(')
		return false;
	text_bytes(lines, line, length);
	return put_value(lines, row, pid,
			 put_paths(lines, row, line + length + 1));
}

/* "--- SIGUSR1 {...} ---", "+++ exited with 0 +++" and their like. */
static bool put_other(struct text *lines, const char *line)
{
	char word[32];
	int number;

	if (sscanf(line, "--- stopped by %31s", word) == 1)
		return true; /* a group stop: no signal is delivered there */
	if (sscanf(line, "--- %31[A-Z0-9_] {", word) == 1)
		text_format(lines, "signal %s\n", word);
	else if (sscanf(line, "+++ exited with %d", &number) == 1)
		text_format(lines, "exit %d\n", number);
	else if (sscanf(line, "+++ killed by %31[A-Z0-9]", word) == 1)
		text_format(lines, "killed %s\n", word);
	else
		return false;
	return true;
}

static bool put_line(struct text *lines, const char *line, pid_t pid)
{
	char *rest;

	if (strtol(line, &rest, 10) != pid)
		return false;
	rest += strspn(rest, " ");
	return islower((unsigned char)*rest) || *rest == '_'
		   ? put_call(lines, rest, pid)
		   : put_other(lines, rest);
}

int witness_of_strace(struct text *lines, const char *output, pid_t pid)
{
	while (*output) {
		size_t length = strcspn(output, "\n");
		char *line = strndup(output, length);
		bool good = line && put_line(lines, line, pid);

		if (!good)
			text_format(lines, "strace's line: %s\n",
				    line ? line : "");
		free(line);
		if (!good)
			return -EINVAL;
		output += length + (output[length] == '\n');
	}
	return 0;
}
