/*
 * The loop of kdump-u: a record is read and taken into its form, and the text
 * that comes of it is written in large pieces, or at once when there is nothing
 * more to read.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "dump/ahead.h"
#include "dump/dump.h"
#include "dump/follow.h"
#include "dump/form.h"
#include "dump/job.h"
#include "dump/progress.h"
#include "dump/rotated.h"
#include "foreign/input.h"
#include "redact/redact.h"
#include "trace/fields.h"
#include "trace/record.h"

#define DUMP_PIECE   ((size_t)64 << 10) /* written at once */
#define DUMP_IDLE_MS 300 /* a call that lasts is shown before it returns */

struct dump {
	const struct job *job;
	struct input *input;
	struct redact *redact; /* NULL: everybody may see all */
	struct follow follow;
	struct progress progress;
	struct form form;
	struct text *error;
	const char *file;       /* that is read */
	char *const *more;      /* those behind it, up to a NULL */
	bool has_last;          /* of what is asked for, in the file: */
	uint64_t last;          /* see dump/ahead.h */
	bool has_ended;         /* a session has, */
	unsigned open_sessions; /* and so many have not */
	bool is_continued;      /* what has ended goes on in another file, */
	int next;               /* the one that is read, ours; -1: the first */
};

static const char *dump_title(const char *file)
{
	return strcmp(file, "-") == 0 ? "standard input" : file;
}

const char *dump_name(const struct job *job)
{
	return dump_title(job->file);
}

static int dump_fail(struct text *error, const char *object, const char *reason)
{
	text_put(error, object);
	text_put(error, ": ");
	text_put(error, reason);
	return -1;
}

static int dump_open_file(const char *file, struct text *error)
{
	int fd;

	if (strcmp(file, "-") == 0)
		return STDIN_FILENO;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? dump_fail(error, file, strerror(errno)) : fd;
}

int dump_open(const struct job *job, struct text *error)
{
	return dump_open_file(job->file, error);
}

static int dump_fail_input(struct dump *dump, int error)
{
	return dump_fail(dump->error, dump_title(dump->file), strerror(error));
}

/* What comes of records failed, on its own account or for want of memory. */
static int dump_fail_form(struct dump *dump, int error)
{
	if (dump->form.error.length == 0)
		return dump_fail_input(dump, error);
	text_bytes(dump->error, dump->form.error.data, dump->form.error.length);
	return -1;
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
	if (dump->form.out.length)
		progress_yield(&dump->progress);
	return dump_write(dump->job->out, &dump->form.out, dump->error);
}

/* Whether anything may be appended is told by who records. */
static void dump_note_sessions(struct dump *dump, const struct record *record)
{
	int64_t continued;

	if (record->kind != KTR_STRUCT)
		return;
	if (record_is_struct(record, KTR_STRUCT_SESSION))
		dump->open_sessions++;
	if (!record_is_struct(record, KTR_STRUCT_END))
		return;
	dump->has_ended = true;
	dump->is_continued |= fields_find_number(record->structure.data,
						 record->structure.length,
						 "continued", &continued);
	dump->open_sessions -= dump->open_sessions > 0;
}

static int dump_record(struct dump *dump, struct record *record)
{
	int error = dump->redact ? redact_record(dump->redact, record) : 0;

	if (!error)
		error = form_take(&dump->form, record);
	dump_note_sessions(dump, record);
	progress_note(&dump->progress);
	if (error)
		return dump_fail_form(dump, -error);
	return dump->form.out.length >= DUMP_PIECE ? dump_flush(dump) : 0;
}

/* All has come in. */
static int dump_end(struct dump *dump)
{
	int error = form_end(&dump->form);

	if (error)
		return dump_fail_form(dump, -error);
	return dump_flush(dump);
}

static int dump_fault(struct dump *dump)
{
	if (dump_end(dump))
		return -1;
	text_put(dump->error, dump_title(dump->file));
	text_put(dump->error, ": offset ");
	text_unsigned(dump->error, input_offset(dump->input));
	return dump_fail(dump->error, "",
			 record_fault_text(input_fault(dump->input)));
}

/* Lets out what there is; and, when nothing comes for a while, the calls that
 * have not returned. */
static int dump_idle(struct dump *dump)
{
	if (dump_flush(dump))
		return -1;
	if (!form_waits(&dump->form) ||
	    follow_is_ready_within(&dump->follow, DUMP_IDLE_MS))
		return 0;
	form_idle(&dump->form);
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
	int error = input_errno(dump->input);

	/* A descriptor that somebody shares with us may not block. */
	if (error == EAGAIN)
		return dump_await(dump);
	return dump_flush(dump) ? -1 : dump_fail_input(dump, error);
}

/* All that was begun has ended. */
static bool dump_is_over(const struct dump *dump)
{
	return dump->has_ended && !dump->open_sessions;
}

/* True when the end of the file is none, because -l waits for more. */
static bool dump_goes_on(const struct dump *dump, enum reader_result result)
{
	if (!dump->job->follow || *dump->more || !dump->follow.is_regular ||
	    dump_is_over(dump))
		return false;
	return result == READER_END ||
	       (result == READER_FAULT &&
		input_fault(dump->input) == RECORD_TRUNCATED);
}

/* Nothing that comes is asked for. It is looked for when the first record is
 * known, to which times may be relative. */
static bool dump_is_behind(struct dump *dump, uint64_t before)
{
	if (dump->job->follow || *dump->more || !dump->form.query || !before)
		return false;
	if (!dump->has_last) {
		dump->has_last = true;
		dump->last = ahead_last_wanted(dump->follow.fd,
					       dump->form.query);
	}
	return before >= dump->last;
}

static bool dump_may_skip(void *context, const struct ktr_frame *frame,
			  uint64_t before)
{
	struct dump *dump = context;

	/* What is secret there is secret wherever it comes again. */
	if (dump->redact)
		return false;
	return form_may_skip(&dump->form, frame, before,
			     dump_is_behind(dump, before));
}

/* -l: the file has been renamed, and another one is written. */
static bool dump_is_rotated(const struct dump *dump, enum reader_result result)
{
	return dump->job->follow && !*dump->more && dump->is_continued &&
	       dump_is_over(dump) && result == READER_END &&
	       strcmp(dump->file, "-") != 0;
}

static void dump_show_progress(struct dump *dump, int fd)
{
	progress_open(&dump->progress, fd, dump->job->out,
		      !dump->job->report || dump->job->follow);
}

/* What is known of processes and of calls that have not returned stays. The
 * descriptor is taken over. */
static int dump_go_on(struct dump *dump, int fd)
{
	_cleanup_fd_ int next = fd;
	int r;

	input_close(dump->input);
	dump->input = NULL;
	follow_close(&dump->follow);
	r = follow_open(&dump->follow, next, dump->job->follow);
	if (!r)
		r = input_open(&dump->input, next, dump->job->origin);
	if (r)
		return dump_fail_input(dump, -r);
	input_skip(dump->input, dump_may_skip, dump);
	if (dump->next >= 0)
		close(dump->next);
	dump->next = take_fd(&next);
	progress_clear(&dump->progress);
	dump_show_progress(dump, dump->next);
	dump->has_ended = dump->is_continued = dump->has_last = false;
	return 0;
}

static int dump_next_rotated(struct dump *dump)
{
	int fd = rotated_next(dump->follow.fd, dump->file);

	if (fd >= 0)
		return dump_go_on(dump, fd);
	dump_flush(dump);
	return dump_fail(dump->error, dump_title(dump->file),
			 "the file that it goes on in is gone");
}

/* One that was named. */
static int dump_next(struct dump *dump)
{
	int fd;

	if (dump_flush(dump))
		return -1;
	dump->file = *dump->more++;
	fd = dump_open_file(dump->file, dump->error);
	return fd < 0 ? -1 : dump_go_on(dump, fd);
}

/* What can be seen now must not wait for input that comes later. */
static int dump_before_read(struct dump *dump)
{
	if ((dump->form.out.length == 0 && !form_waits(&dump->form)) ||
	    dump->follow.is_regular || input_is_ready(dump->input) ||
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
	result = input_next(dump->input, &record);
	if (result == READER_RECORD)
		return dump_record(dump, &record);
	if (result == READER_END && *dump->more)
		return dump_next(dump);
	if (dump_is_rotated(dump, result))
		return dump_next_rotated(dump);
	if (dump_goes_on(dump, result))
		return dump_await(dump);
	if (result == READER_ERROR)
		return dump_error(dump);
	if (result == READER_FAULT)
		return dump_fault(dump);
	return dump_end(dump) ? -1 : 1;
}

int dump_run(const struct job *job, int fd, struct text *error)
{
	static char *const none[] = { NULL };
	struct dump dump = { .job = job,
			     .file = job->file,
			     .more = job->more ?: none,
			     .error = error,
			     .next = -1,
			     .follow = { .inotify = -1 } };
	int result;

	result = form_open(&dump.form, job);
	if (result == 0)
		result = follow_open(&dump.follow, fd, job->follow);
	if (result == 0 && job->redact_count)
		result = redact_open(&dump.redact, job->redact,
				     job->redact_count);
	if (result == 0)
		result = input_open(&dump.input, fd, job->origin);
	if (result)
		dump_fail_form(&dump, -result);
	else
		input_skip(dump.input, dump_may_skip, &dump);
	dump_show_progress(&dump, fd);
	while (result == 0)
		result = dump_step(&dump);
	progress_clear(&dump.progress);
	input_close(dump.input);
	redact_close(dump.redact);
	follow_close(&dump.follow);
	form_close(&dump.form);
	if (dump.next >= 0)
		close(dump.next);
	return result < 0 ? -1 : 0;
}
