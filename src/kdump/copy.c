/*
 * The loop of kdump-u --redact -o: a record is read, masked and written.
 */
#include "kdump/copy.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/text.h"
#include "dump/dump.h"
#include "kdump/options.h"
#include "kdump/target.h"
#include "redact/redact.h"
#include "trace/reader.h"
#include "trace/record.h"

struct copy {
	const struct kdump_options *options;
	struct text *error;
	int in;
	struct target target;
	struct reader *reader;
	struct redact *redact;
};

static int fail_input(struct copy *copy, int error)
{
	return target_fail(copy->error, dump_name(&copy->options->job),
			   strerror(error));
}

static int put_record(struct copy *copy, struct record *record)
{
	struct ktr_header header;
	int r = redact_record(copy->redact, record);

	if (r < 0)
		return target_fail(copy->error, copy->options->copy,
				   strerror(-r));
	memcpy(&header, reader_header(copy->reader), sizeof(header));
	memcpy(header.ktr_comm, record->comm, sizeof(header.ktr_comm));
	text_bytes(&copy->target.piece, &header, sizeof(header));
	text_bytes(&copy->target.piece, record->payload, record->length);
	return target_spill(&copy->target);
}

/* A descriptor that somebody shares with us may not block. */
static int take_error(struct copy *copy)
{
	struct pollfd pollfd = { .fd = copy->in, .events = POLLIN };
	int error = reader_errno(copy->reader);

	if (error != EAGAIN)
		return fail_input(copy, error);
	poll(&pollfd, 1, -1);
	return 0;
}

/* What is behind the damage cannot be cleaned, and is left out. */
static int take_fault(struct copy *copy)
{
	if (target_finish(&copy->target))
		return -1;
	text_format(copy->error, "%s: offset %llu: %s",
		    dump_name(&copy->options->job),
		    (unsigned long long)reader_offset(copy->reader),
		    record_fault_text(reader_fault(copy->reader)));
	return -1;
}

/* 0 to go on, 1 at the end, -1 when it failed. */
static int step(struct copy *copy)
{
	struct record record;

	switch (reader_next(copy->reader, &record)) {
	case READER_RECORD:
		return put_record(copy, &record);
	case READER_END:
		return target_finish(&copy->target) ?: 1;
	case READER_FAULT:
		return take_fault(copy);
	case READER_ERROR:
		return take_error(copy);
	}
	return -1;
}

static int open_all(struct copy *copy)
{
	const struct kdump_options *options = copy->options;
	int r = redact_open(&copy->redact, options->job.redact,
			    options->job.redact_count);

	if (!r)
		r = reader_open(&copy->reader, copy->in);
	if (r < 0)
		return fail_input(copy, -r);
	return target_open(&copy->target, options->copy, copy->in, copy->error);
}

static void close_all(struct copy *copy)
{
	target_close(&copy->target);
	reader_close(copy->reader);
	redact_close(copy->redact);
}

int copy_run(const struct kdump_options *options, int fd, struct text *error)
{
	struct copy copy = {
		.options = options,
		.error = error,
		.in = fd,
		.target = TARGET_INIT,
	};
	int r = open_all(&copy);

	while (r == 0)
		r = step(&copy);
	close_all(&copy);
	return r < 0 ? -1 : 0;
}
