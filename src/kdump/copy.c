/*
 * The loop of kdump-u -o: a record is read, masked and written. A copy comes
 * into being under another name, so that there is never half of one.
 */
#include "kdump/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "dump/dump.h"
#include "kdump/options.h"
#include "redact/redact.h"
#include "trace/reader.h"
#include "trace/record.h"

#define COPY_PIECE ((size_t)64 << 10) /* written at once */
#define COPY_MODE  0600               /* where the trace itself has none */

struct copy {
	const struct options *options;
	struct text *error;
	int in, out;
	mode_t mode;
	char *temporary; /* the copy's name so far; NULL: there is none */
	struct reader *reader;
	struct redact *redact;
	struct text piece;
};

static int fail(struct copy *copy, const char *object, const char *reason)
{
	text_put(copy->error, object);
	text_put(copy->error, ": ");
	text_put(copy->error, reason);
	return -1;
}

static int fail_output(struct copy *copy, int error)
{
	return fail(copy, copy->options->copy, strerror(error));
}

static int fail_input(struct copy *copy, int error)
{
	return fail(copy, dump_name(&copy->options->job), strerror(error));
}

/* ---- the file ---- */

/* What it takes the place of must be a file, and not the trace. */
static int check_target(struct copy *copy)
{
	struct stat trace, target;

	if (fstat(copy->in, &trace) < 0)
		return fail_input(copy, errno);
	copy->mode = S_ISREG(trace.st_mode) ? trace.st_mode & 0777 : COPY_MODE;
	if (lstat(copy->options->copy, &target) < 0)
		return errno == ENOENT ? 0 : fail_output(copy, errno);
	if (target.st_dev == trace.st_dev && target.st_ino == trace.st_ino)
		return fail(copy, copy->options->copy, "is the trace itself");
	if (!S_ISREG(target.st_mode))
		return fail(copy, copy->options->copy, "is no regular file");
	return 0;
}

static int open_target(struct copy *copy)
{
	if (asprintf(&copy->temporary, "%s.XXXXXX", copy->options->copy) < 0) {
		copy->temporary = NULL;
		return fail_output(copy, ENOMEM);
	}
	copy->out = mkostemp(copy->temporary, O_CLOEXEC);
	if (copy->out >= 0)
		return 0;
	free(copy->temporary);
	copy->temporary = NULL;
	return fail_output(copy, errno);
}

static int flush(struct copy *copy)
{
	int r = copy->piece.failed ? -ENOMEM
				   : fd_write_all(copy->out, copy->piece.data,
						  copy->piece.length);

	text_clear(&copy->piece);
	return r < 0 ? fail_output(copy, -r) : 0;
}

static int finish(struct copy *copy)
{
	if (flush(copy))
		return -1;
	if (fchmod(copy->out, copy->mode) < 0 ||
	    rename(copy->temporary, copy->options->copy) < 0)
		return fail_output(copy, errno);
	free(copy->temporary);
	copy->temporary = NULL;
	return 0;
}

/* ---- records ---- */

static int put_record(struct copy *copy, struct record *record)
{
	struct ktr_header header;
	int r = redact_record(copy->redact, record);

	if (r < 0)
		return fail_output(copy, -r);
	memcpy(&header, reader_header(copy->reader), sizeof(header));
	memcpy(header.ktr_comm, record->comm, sizeof(header.ktr_comm));
	text_bytes(&copy->piece, &header, sizeof(header));
	text_bytes(&copy->piece, record->payload, record->length);
	return copy->piece.length >= COPY_PIECE ? flush(copy) : 0;
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
	if (finish(copy))
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
		return finish(copy) ?: 1;
	case READER_FAULT:
		return take_fault(copy);
	case READER_ERROR:
		return take_error(copy);
	}
	return -1;
}

static int open_all(struct copy *copy)
{
	const struct options *options = copy->options;
	int r = redact_open(&copy->redact, options->job.redact,
			    options->job.redact_count);

	if (!r)
		r = reader_open(&copy->reader, copy->in);
	if (r < 0)
		return fail_input(copy, -r);
	return check_target(copy) ?: open_target(copy);
}

static void close_all(struct copy *copy)
{
	if (copy->temporary)
		unlink(copy->temporary);
	free(copy->temporary);
	cleanup_fd(&copy->out);
	reader_close(copy->reader);
	redact_close(copy->redact);
	text_done(&copy->piece);
}

int copy_run(const struct options *options, int fd, struct text *error)
{
	struct copy copy = {
		.options = options, .error = error, .in = fd, .out = -1
	};
	int r = open_all(&copy);

	while (r == 0)
		r = step(&copy);
	close_all(&copy);
	return r < 0 ? -1 : 0;
}
