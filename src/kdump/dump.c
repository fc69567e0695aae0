/*
 * The loop of kdump-u: a record is read, learnt from, selected, put into one
 * buffer of text, and that is written in large pieces, or at once when there is
 * nothing more to read. What a record looks like, line.c and json.c know.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "join/call.h"
#include "join/state.h"
#include "kdump/dump.h"
#include "kdump/follow.h"
#include "kdump/joined.h"
#include "kdump/json.h"
#include "kdump/line.h"
#include "kdump/options.h"
#include "kdump/select.h"
#include "trace/reader.h"

#define DUMP_PIECE   ((size_t)64 << 10) /* written at once */
#define DUMP_IDLE_MS 300 /* a call that lasts is shown before it returns */

struct dump {
	const struct options *options;
	struct state state;
	struct calls calls; /* of -j */
	struct reader *reader;
	struct follow follow;
	struct text out;
	struct text *error;
	bool drop_said; /* and nothing shown since */
};

const char *dump_name(const struct options *options)
{
	bool is_stdin = strcmp(options->file, "-") == 0;

	return is_stdin ? "standard input" : options->file;
}

static int dump_fail(struct text *error, const char *object, const char *reason)
{
	text_put(error, object);
	text_put(error, ": ");
	text_put(error, reason);
	return -1;
}

static int dump_fail_input(struct dump *dump, int error)
{
	return dump_fail(dump->error, dump_name(dump->options),
			 strerror(error));
}

static const char *dump_output(int fd)
{
	return fd == STDOUT_FILENO ? "standard output" : "output";
}

int dump_write(int fd, struct text *text, struct text *error)
{
	int result;

	if (text->failed)
		return dump_fail(error, dump_output(fd), strerror(ENOMEM));
	if (text->length == 0)
		return 0;
	result = fd_write_all(fd, text->data, text->length);
	text_clear(text);
	if (result == 0)
		return 0;
	if (result == -EPIPE)
		return -1;
	return dump_fail(error, dump_output(fd), strerror(-result));
}

static int dump_flush(struct dump *dump)
{
	return dump_write(dump->options->out, &dump->out, dump->error);
}

static void dump_show_drop(struct dump *dump, const struct record *record)
{
	if (!record->after_drop || dump->drop_said)
		return;
	dump->drop_said = true;
	if (dump->options->json)
		json_put_drop(&dump->out, record);
	else
		line_put_drop(&dump->out, dump->options, record);
}

/* ---- calls on one line ---- */

static void dump_call(void *context, struct call *call)
{
	struct dump *dump = context;

	if (call->is_marked && !call->has_returned)
		return;
	joined_put_call(&dump->out, dump->options, &dump->state, call);
	state_shown(&dump->state, &call->entry);
}

/* Nothing of the process returns any more. */
static bool dump_is_end(const struct record *record)
{
	return record->kind == KTR_PROCDTOR ||
	       (record->kind == KTR_STRUCT &&
		!strcmp(record->structure.name, KTR_STRUCT_EXIT_STATUS));
}

static int dump_joined(struct dump *dump, const struct record *record)
{
	struct call *call = NULL;
	int fate;

	if (!select_origin(dump->options, record))
		return 0;
	dump_show_drop(dump, record);
	if (!select_kind(dump->options, record))
		return 0;
	fate = calls_take(&dump->calls, &dump->state, record, &call);
	if (fate < 0)
		return fate;
	if (fate == CALL_DONE)
		dump_call(dump, call);
	if (dump_is_end(record))
		calls_pending(&dump->calls, record->pid, true, dump_call, dump);
	if (fate == CALL_ALONE) {
		joined_put_event(&dump->out, dump->options, &dump->state,
				 record);
		state_shown(&dump->state, record);
	}
	dump->drop_said = false;
	return 0;
}

static void dump_show(struct dump *dump, const struct record *record)
{
	if (!select_origin(dump->options, record))
		return;
	dump_show_drop(dump, record);
	if (!select_kind(dump->options, record))
		return;
	if (dump->options->json)
		json_put(&dump->out, dump->options, &dump->state, record);
	else if (line_has(record))
		line_put(&dump->out, dump->options, &dump->state, record);
	else
		return;
	state_shown(&dump->state, record);
	dump->drop_said = false;
}

/* 0 or -ENOMEM. */
static int dump_show_as_asked(struct dump *dump, const struct record *record)
{
	if (dump->options->joined)
		return dump_joined(dump, record);
	dump_show(dump, record);
	return 0;
}

static int dump_record(struct dump *dump, const struct record *record)
{
	bool is_end = record->kind == KTR_PROCDTOR;
	int error = 0;

	/* The end of a process is shown while it is still known. */
	if (is_end)
		error = dump_show_as_asked(dump, record);
	if (!error)
		error = state_learn(&dump->state, record);
	if (!error && !is_end)
		error = dump_show_as_asked(dump, record);
	if (error)
		return dump_fail_input(dump, -error);
	return dump->out.length >= DUMP_PIECE ? dump_flush(dump) : 0;
}

static int dump_fault(struct dump *dump)
{
	if (dump_flush(dump))
		return -1;
	text_put(dump->error, dump_name(dump->options));
	text_put(dump->error, ": offset ");
	text_unsigned(dump->error, reader_offset(dump->reader));
	return dump_fail(dump->error, "",
			 record_fault_text(reader_fault(dump->reader)));
}

/* Lets out what there is; and, when nothing comes for a while, the calls that
 * have not returned. */
static int dump_idle(struct dump *dump)
{
	if (dump_flush(dump))
		return -1;
	if (!dump->calls.threads ||
	    follow_is_ready_within(&dump->follow, DUMP_IDLE_MS))
		return 0;
	calls_pending(&dump->calls, 0, false, dump_call, dump);
	return dump_flush(dump);
}

/* Waits for more to come in. */
static int dump_await(struct dump *dump)
{
	int error;

	if (dump_idle(dump))
		return -1;
	error = follow_wait(&dump->follow);
	return error ? dump_fail_input(dump, -error) : 0;
}

static int dump_error(struct dump *dump)
{
	int error = reader_errno(dump->reader);

	/* A descriptor that somebody shares with us may not block. */
	if (error == EAGAIN)
		return dump_await(dump);
	return dump_flush(dump) ? -1 : dump_fail_input(dump, error);
}

/* True when the end of the file is none, because -l waits for more. */
static bool dump_goes_on(const struct dump *dump, enum reader_result result)
{
	if (!dump->options->follow || !dump->follow.is_regular)
		return false;
	return result == READER_END ||
	       (result == READER_FAULT &&
		reader_fault(dump->reader) == RECORD_TRUNCATED);
}

/* What can be seen now must not wait for input that comes later. */
static int dump_before_read(struct dump *dump)
{
	if ((dump->out.length == 0 && !dump->calls.threads) ||
	    dump->follow.is_regular || reader_is_ready(dump->reader) ||
	    follow_is_ready(&dump->follow))
		return 0;
	return dump_idle(dump);
}

/* 0 to go on, 1 at the end, -1 when it failed. */
static int dump_step(struct dump *dump)
{
	enum reader_result result;
	struct record record;

	if (dump_before_read(dump))
		return -1;
	result = reader_next(dump->reader, &record);
	if (result == READER_RECORD)
		return dump_record(dump, &record);
	if (dump_goes_on(dump, result))
		return dump_await(dump);
	if (result == READER_ERROR)
		return dump_error(dump);
	if (result == READER_FAULT)
		return dump_fault(dump);
	calls_pending(&dump->calls, 0, true, dump_call, dump);
	return dump_flush(dump) ? -1 : 1;
}

int dump_run(const struct options *options, int fd, struct text *error)
{
	struct dump dump = { .options = options,
			     .state = STATE_INIT,
			     .calls = CALLS_INIT,
			     .error = error };
	int result;

	result = follow_open(&dump.follow, fd, options->follow);
	if (result == 0)
		result = reader_open(&dump.reader, fd);
	if (result)
		return dump_fail_input(&dump, -result);
	do
		result = dump_step(&dump);
	while (result == 0);
	reader_close(dump.reader);
	follow_close(&dump.follow);
	calls_done(&dump.calls);
	state_done(&dump.state);
	text_done(&dump.out);
	return result < 0 ? -1 : 0;
}
