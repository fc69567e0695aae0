/*
 * A reader, and between it and who asks, for files of others, what converts.
 */
#include "foreign/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "foreign/convert.h"
#include "foreign/format.h"
#include "foreign/recognise.h"
#include "foreign/system.h"

struct input {
	struct reader *reader;
	enum input_origin origin;
	bool is_known; /* whose it is */
	struct reader_framing framing;
	struct convert *convert; /* NULL: it is ours */
	/* What the reader said when something was still to be given out. */
	bool has_ended;
	enum reader_result end;
	enum record_fault fault; /* of a record that is not understood, */
	uint64_t offset;         /* and where that is */
};

static const struct origin_name {
	const char *name;
	enum input_origin origin;
	enum record_system system;
} origins[] = {
	{ "linux", INPUT_LINUX, RECORD_LINUX },
	{ "freebsd", INPUT_FREEBSD, RECORD_FREEBSD },
	{ "netbsd", INPUT_NETBSD, RECORD_NETBSD },
	{ "openbsd", INPUT_OPENBSD, RECORD_OPENBSD },
};

bool input_origin_by_name(const char *name, enum input_origin *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(origins); i++)
		if (!strcmp(origins[i].name, name)) {
			*ret = origins[i].origin;
			return true;
		}
	return false;
}

static enum record_system system_said(enum input_origin origin)
{
	for (size_t i = 0; i < ARRAY_LEN(origins); i++)
		if (origins[i].origin == origin)
			return origins[i].system;
	return RECORD_LINUX;
}

int input_open(struct input **ret, int fd, enum input_origin origin)
{
	struct input *input = calloc(1, sizeof(*input));
	int r;

	if (!input)
		return -ENOMEM;
	r = reader_open(&input->reader, fd);
	if (r < 0) {
		free(input);
		return r;
	}
	input->origin = origin;
	input->is_known = origin == INPUT_LINUX;
	*ret = input;
	return 0;
}

void input_close(struct input *input)
{
	if (!input)
		return;
	reader_close(input->reader);
	convert_close(input->convert);
	free(input);
}

void input_skip(struct input *input, reader_ask *may_skip, void *context)
{
	reader_skip(input->reader, may_skip, context);
}

/* ---- whose it is ---- */

static int begin(struct input *input, const struct format *format)
{
	int r = convert_open(&input->convert, format);

	if (r < 0)
		return r;
	input->framing = (struct reader_framing){
		.least = FORMAT_LEAST,
		.header_length = format_header_length,
		.decode = format_decode,
		.context = format,
	};
	reader_frame(input->reader, &input->framing);
	input->is_known = true;
	return 0;
}

static enum recognised look(const struct input *input, const uint8_t *bytes,
			    size_t length, bool is_all,
			    const struct format **ret)
{
	if (input->origin == INPUT_ANY)
		return recognise_file(bytes, length, is_all, ret);
	if (!is_all)
		return RECOGNISED_MORE;
	*ret = recognise_system(system_said(input->origin), bytes, length);
	return RECOGNISED_FOREIGN;
}

/*
 * READER_RECORD once it is known, or known enough for the next record: as long
 * as nothing was read, a file that grows is looked at again.
 */
static enum reader_result recognise(struct input *input)
{
	enum reader_result result = READER_RECORD;
	enum recognised found = RECOGNISED_MORE;
	const struct format *format = NULL;
	size_t wanted = RECOGNISE_LEAST, length = 0;
	const uint8_t *bytes = NULL;
	bool is_all = false;

	while (found == RECOGNISED_MORE) {
		result = reader_peek(input->reader, wanted, &bytes, &length);
		if (result == READER_ERROR || result == READER_FAULT)
			return result;
		if (length == 0)
			return READER_END;
		is_all = result == READER_END || wanted >= RECOGNISE_MOST;
		found = look(input, bytes, length, is_all, &format);
		wanted = MAX(wanted * 2, length + 1);
		wanted = MIN(wanted, RECOGNISE_MOST);
	}
	if (found == RECOGNISED_FOREIGN && begin(input, format) < 0)
		return READER_ERROR;
	return READER_RECORD;
}

/* ---- records ---- */

static enum reader_result refuse(struct input *input, enum record_fault fault,
				 uint64_t offset)
{
	input->fault = fault;
	input->offset = offset;
	return READER_FAULT;
}

static enum reader_result next_raw(struct input *input, struct record *raw)
{
	if (!input->has_ended)
		return reader_next(input->reader, raw);
	input->has_ended = false;
	return input->end;
}

/* Takes one in. READER_RECORD: there may be something to give out. */
static enum reader_result take(struct input *input)
{
	enum reader_result result;
	enum record_fault fault;
	struct record raw = { 0 };

	result = next_raw(input, &raw);
	if (result == READER_RECORD) {
		fault = convert_take(input->convert, &raw);
		if (!fault)
			return READER_RECORD;
		input->end = refuse(input, fault, raw.offset);
		input->has_ended = true;
		return READER_RECORD;
	}
	return result;
}

/* What was kept back comes before the end that the reader has met. */
static bool had_something(struct input *input, enum reader_result result,
			  struct record *ret)
{
	enum record_fault fault;

	convert_end(input->convert);
	if (!convert_next(input->convert, ret, &fault))
		return false;
	input->has_ended = true;
	input->end = result;
	return true;
}

static enum reader_result next_converted(struct input *input,
					 struct record *ret)
{
	enum reader_result result;
	enum record_fault fault;

	if (input->fault && !input->has_ended)
		return READER_FAULT;
	while (!convert_next(input->convert, ret, &fault)) {
		result = take(input);
		if (convert_has_failed(input->convert))
			return READER_ERROR;
		if (result != READER_RECORD)
			return had_something(input, result, ret) ? READER_RECORD
								 : result;
	}
	return fault ? refuse(input, fault, ret->offset) : READER_RECORD;
}

enum reader_result input_next(struct input *input, struct record *ret)
{
	enum reader_result result = READER_RECORD;

	if (!input->is_known)
		result = recognise(input);
	if (result != READER_RECORD)
		return result;
	if (input->convert)
		return next_converted(input, ret);
	result = reader_next(input->reader, ret);
	/* Half a record may yet become another's. */
	input->is_known |= result == READER_RECORD;
	return result;
}

bool input_is_ready(struct input *input)
{
	if (!input->is_known)
		return false;
	return input->has_ended || input->fault ||
	       reader_is_ready(input->reader);
}

enum record_fault input_fault(const struct input *input)
{
	return input->fault ?: reader_fault(input->reader);
}

uint64_t input_offset(const struct input *input)
{
	return input->fault ? input->offset : reader_offset(input->reader);
}

int input_errno(const struct input *input)
{
	return reader_errno(input->reader) ?: ENOMEM;
}
