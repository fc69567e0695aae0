/*
 * Finds who knows a record of its kernel, and keeps back the strings that come
 * in records of their own until they are a list.
 */
#include "foreign/convert.h"

#include <errno.h>
#include <stdlib.h>

#include "foreign/build.h"
#include "foreign/format.h"
#include "foreign/payload.h"

struct convert {
	struct build build;
	const struct payload_row *rows;
	const struct payload_row *gathering; /* NULL: nothing is kept back */
	struct record first;                 /* of what is, its header, */
	struct text gathered;                /* and the strings */
};

static const struct payload_row *rows_of(enum record_system system)
{
	switch (system) {
	case RECORD_FREEBSD:
		return payload_rows_freebsd();
	case RECORD_NETBSD:
		return payload_rows_netbsd();
	case RECORD_OPENBSD:
	case RECORD_LINUX:
	case RECORD_SYSTEM_COUNT:
		break;
	}
	return payload_rows_openbsd();
}

int convert_open(struct convert **ret, const struct format *format)
{
	struct convert *convert = calloc(1, sizeof(*convert));

	if (!convert)
		return -ENOMEM;
	convert->build.format = format;
	convert->rows = rows_of(format->system);
	*ret = convert;
	return 0;
}

void convert_close(struct convert *convert)
{
	if (!convert)
		return;
	text_done(&convert->build.bytes);
	text_done(&convert->gathered);
	free(convert);
}

/* NULL: nobody knows the kind. */
static const struct payload_row *row_of(const struct convert *convert,
					unsigned kind)
{
	const struct payload_row *row = convert->rows;

	while (row->kind != 0 && row->kind != kind)
		row++;
	return row->kind ? row : NULL;
}

/* What was kept back is whole. */
static void give_gathered(struct convert *convert)
{
	struct build *build = &convert->build;

	if (!convert->gathering)
		return;
	build_begin(build, &convert->first, convert->gathering->gathers);
	build_bytes(build, text_string(&convert->gathered),
		    convert->gathered.length);
	build_end(build);
	text_clear(&convert->gathered);
	convert->gathering = NULL;
}

static bool goes_on(const struct convert *convert, const struct record *raw,
		    const struct payload_row *row)
{
	return convert->gathering && convert->gathering == row &&
	       convert->first.pid == raw->pid &&
	       convert->first.tid == raw->tid &&
	       convert->gathered.length + raw->length < RECORD_LENGTH_MAX;
}

static void gather(struct convert *convert, const struct record *raw,
		   const struct payload_row *row)
{
	if (!convert->gathering)
		convert->first = *raw;
	convert->gathering = row;
	text_bytes(&convert->gathered, raw->payload, raw->length);
	if (row->needs_nul)
		text_char(&convert->gathered, 0);
}

static enum record_fault take(struct convert *convert, const struct record *raw,
			      const struct payload_row *row)
{
	if (row)
		return row->convert(&convert->build, raw);
	/* FreeBSD's kinds are ours, and so are those that we do not know. */
	if (raw->system == RECORD_FREEBSD)
		build_same(&convert->build, raw, raw->kind);
	else
		build_unknown(&convert->build, raw);
	return RECORD_OK;
}

enum record_fault convert_take(struct convert *convert,
			       const struct record *raw)
{
	const struct payload_row *row = row_of(convert, raw->kind);

	build_clear(&convert->build);
	if (!goes_on(convert, raw, row))
		give_gathered(convert);
	if (raw->kind == FORMAT_START)
		return RECORD_OK;
	if (!row || !row->gathers)
		return take(convert, raw, row);
	gather(convert, raw, row);
	return RECORD_OK;
}

void convert_end(struct convert *convert)
{
	build_clear(&convert->build);
	give_gathered(convert);
}

bool convert_next(struct convert *convert, struct record *ret,
		  enum record_fault *ret_fault)
{
	return build_next(&convert->build, ret, ret_fault);
}

bool convert_has_failed(const struct convert *convert)
{
	return convert->build.bytes.failed || convert->gathered.failed;
}
