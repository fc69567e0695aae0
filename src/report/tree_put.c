/*
 * Processes as lines, those of a root depth first, and as objects. Changes
 * none.
 */
#include "report/tree_put.h"

#include <inttypes.h>
#include <string.h>

#include "decode/data.h"
#include "decode/name.h"
#include "show/json_value.h"
#include "show/view.h"

#define INDENT       2
#define NANOSECONDS  1e9
#define MICROSECONDS 1e6

/* The strings of the exec at a position, which moves behind them; NULL: that
 * was all. */
static const char *next_exec(const struct tree_process *process,
			     size_t *position, size_t *ret_length)
{
	const char *strings;

	if (*position == process->execs.length)
		return NULL;
	strings = process->execs.data + *position + sizeof(size_t);
	memcpy(ret_length, process->execs.data + *position, sizeof(size_t));
	*position += sizeof(size_t) + *ret_length;
	return strings;
}

/* Words with blanks between; those that have some, or nothing, in quotes. */
static void put_words(struct text *text, const struct view *view,
		      const char *words, size_t length)
{
	const char *end = words + length;

	for (; words < end; words += strlen(words) + 1) {
		text_char(text, ' ');
		if (*words && !strpbrk(words, " \t\n\"\\"))
			data_escape(text, words, strlen(words), &view->style);
		else
			data_quote(text, words, strlen(words), &view->style);
	}
}

static void put_status(struct text *text, const struct tree_process *process)
{
	if (!process->has_status) {
		text_put(text, process->has_ended ? "ended" : "lives");
	} else if (process->was_killed) {
		text_put(text, "killed by ");
		/* Only ktrace-u's own traces tell. */
		name_signal(text, RECORD_LINUX, (int)process->status);
		text_put(text, process->dumped_core ? ", core dumped" : "");
	} else {
		text_format(text, "exit %" PRId64, process->status);
	}
}

static double seconds_of(const struct tree_process *process)
{
	return (double)(process->last_ns - process->first_ns) / NANOSECONDS;
}

static void put_numbers(struct text *text, const struct tree_process *process)
{
	text_put(text, " [");
	put_status(text, process);
	text_format(text, ", %.3f s", seconds_of(process));
	if (process->has_status)
		text_format(text, ", %.3f+%.3f s, %" PRId64 " KiB",
			    (double)process->user_us / MICROSECONDS,
			    (double)process->system_us / MICROSECONDS,
			    process->memory_kib);
	text_put(text, "]");
}

static void put_indent(struct text *text, unsigned depth)
{
	for (unsigned i = 0; i < depth * INDENT; i++)
		text_char(text, ' ');
}

/* What it executed later stands below. */
static void put_process(struct text *text, const struct view *view,
			const struct tree_process *process, unsigned depth)
{
	size_t position = 0, length = 0;
	const char *words = next_exec(process, &position, &length);

	put_indent(text, depth);
	text_decimal(text, process->pid);
	if (words) {
		put_words(text, view, words, length);
	} else {
		text_put(text, " (");
		data_escape(text, process->comm, strlen(process->comm),
			    &view->style);
		text_char(text, ')');
	}
	put_numbers(text, process);
	text_char(text, '\n');
	while ((words = next_exec(process, &position, &length))) {
		put_indent(text, depth);
		text_put(text, "  then");
		put_words(text, view, words, length);
		text_char(text, '\n');
	}
}

void tree_put_object(struct text *text, const struct tree_process *process)
{
	size_t position = 0, length = 0;
	const char *words;

	text_put(text, "{\"v\":1,\"ev\":\"tree\"");
	json_value_integer(text, "pid", process->pid);
	json_value_integer(text, "ppid", process->parent_pid);
	json_value_open(text, "comm");
	json_value_put_bytes(text, process->comm, strlen(process->comm));
	json_value_open(text, "execs");
	text_char(text, '[');
	while ((words = next_exec(process, &position, &length))) {
		json_value_next(text);
		text_char(text, '{');
		json_value_strings(text, "args", words, length);
		text_char(text, '}');
	}
	text_char(text, ']');
	json_value_time(text, "first", process->first_ns);
	json_value_time(text, "last", process->last_ns);
	if (process->has_status) {
		json_value_integer(text,
				   process->was_killed ? "signal" : "status",
				   process->status);
		json_value_integer(text, "utime_us", process->user_us);
		json_value_integer(text, "stime_us", process->system_us);
		json_value_integer(text, "maxrss_kib", process->memory_kib);
	}
	text_put(text, "}\n");
}

/* The next one below a root, depth first; NULL behind the last. */
static const struct tree_process *walk(const struct tree_process *process,
				       unsigned *depth)
{
	if (process->child) {
		(*depth)++;
		return process->child;
	}
	while (process && !process->sibling) {
		process = process->parent;
		if (*depth == 0 || --*depth == 0)
			return NULL;
	}
	return process ? process->sibling : NULL;
}

void tree_put_root(struct text *text, const struct view *view,
		   const struct tree_process *root)
{
	const struct tree_process *process = root;
	unsigned depth = 0;

	do {
		put_process(text, view, process, depth);
		process = walk(process, &depth);
	} while (process && process != root);
}
