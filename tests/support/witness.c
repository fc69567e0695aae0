/*
 * Lines about calls, from our own trace, and their comparison.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "support/trace.h"
#include "support/witness.h"

/* Of a path that has no end strace shows this much, which the kernel takes
 * none of; we record one byte more. */
#define PATH_SHOWN ((size_t)4095)

/* Calls whose result differs from run to run though the program does not. */
static const char *witness_fixed(const struct sysdesc_row *row)
{
	if (!strcmp(row->name, "getppid"))
		return "parent"; /* strace is the parent of what it runs */
	if (row->effect == EFFECT_SIGRETURN)
		return "none"; /* strace shows the register that was restored */
	if (!strcmp(row->name, "time"))
		return "number";
	return row->result == RESULT_ADDRESS ? "address" : NULL;
}

void witness_put_result(struct text *lines, const struct sysdesc_row *row,
			pid_t pid, int64_t value, const char *error)
{
	const char *fixed = row ? witness_fixed(row) : NULL;

	if (error)
		text_format(lines, " = -1 %s\n", error);
	else if (fixed)
		text_format(lines, " = %s\n", fixed);
	else if (value == pid)
		text_put(lines, " = pid\n");
	else
		text_format(lines, " = %" PRId64 "\n", value);
}

void witness_put_path(struct text *lines, const void *path, size_t length,
		      bool is_cut)
{
	const unsigned char *bytes = path;

	text_put(lines, " \"");
	for (size_t i = 0; i < length; i++)
		if (bytes[i] > ' ' && bytes[i] < 127 && bytes[i] != '\\')
			text_char(lines, (char)bytes[i]);
		else
			text_format(lines, "\\x%02x", bytes[i]);
	text_put(lines, is_cut ? "\"..." : "\"");
}

static void put_namei(struct text *lines, const struct record *record)
{
	size_t length = record->raw.length;

	witness_put_path(lines, record->raw.data, MIN(length, PATH_SHOWN),
			 length > PATH_SHOWN);
}

static void put_return(struct text *lines, const struct trace_item *call,
		       const struct trace_item *item)
{
	const struct record *record = &item->record;
	const char *error = NULL;

	if (call->row && call->row->effect == EFFECT_SIGRETURN) {
		witness_put_result(lines, call->row, record->pid, 0, NULL);
		return;
	}
	if (record->sysret.error == KTR_ERESTART ||
	    (record->sysret.error > 0 &&
	     !strcmp(sysdesc_errno_name(record->sysret.error), "EINTR"))) {
		text_put(lines, " = interrupted\n");
		return;
	}
	if (record->sysret.error > 0)
		error = sysdesc_errno_name(record->sysret.error);
	witness_put_result(lines, call->row, record->pid, record->sysret.retval,
			   error);
}

/* The call, with the paths up to its return. */
static void put_call(struct text *lines, const struct trace *trace,
		     const struct trace_item *call)
{
	const struct trace_item *end = trace_return(trace, call);
	const struct trace_item *item = call;
	struct trace_match match = { .tid = call->record.tid };

	text_put(lines, trace_call_name(call));
	while ((item = trace_find(trace, item, match)) && item != end &&
	       item->record.kind != KTR_SYSCALL)
		if (item->record.kind == KTR_NAMEI)
			put_namei(lines, &item->record);
	if (end)
		put_return(lines, call, end);
	else
		text_put(lines, " = none\n");
}

static void put_end(struct text *lines, const struct trace_item *item)
{
	int64_t number;

	if (trace_number(item, "status", &number))
		text_format(lines, "exit %" PRId64 "\n", number);
	else if (trace_number(item, "signal", &number))
		text_format(lines, "killed %s\n",
			    sysdesc_signal_name((int)number));
}

void witness_of_trace(struct text *lines, const struct trace *trace, pid_t pid)
{
	const struct trace_item *item = NULL;
	struct trace_match match = { .pid = pid };

	while ((item = trace_find(trace, item, match))) {
		switch (item->record.kind) {
		case KTR_SYSCALL:
			put_call(lines, trace, item);
			break;
		case KTR_PSIG:
			text_format(
			    lines, "signal %s\n",
			    sysdesc_signal_name(item->record.psig.signo));
			break;
		case KTR_STRUCT:
			if (!strcmp(item->record.structure.name,
				    KTR_STRUCT_EXIT_STATUS))
				put_end(lines, item);
			break;
		default:
			break;
		}
	}
}

/* Prints a line of at most this many characters. */
#define SHOWN 200

static void print_line(const char *whose, const char *line)
{
	int length = (int)strcspn(line, "\n");

	printf("  %-10s %.*s\n", whose, length < SHOWN ? length : SHOWN, line);
}

bool witness_agree(struct text *ours, struct text *theirs,
		   const char *their_name)
{
	const char *a = text_string(ours);
	const char *b = text_string(theirs);
	const char *before = a;
	size_t number = 1;

	while (*a || *b) {
		size_t length = strcspn(a, "\n");

		if (length != strcspn(b, "\n") || memcmp(a, b, length)) {
			printf("call %zu differs:\n", number);
			print_line("before", before);
			print_line("ours", a);
			print_line(their_name, b);
			return false;
		}
		before = a;
		a += length + (a[length] == '\n');
		b += length + (b[length] == '\n');
		number++;
	}
	return true;
}
