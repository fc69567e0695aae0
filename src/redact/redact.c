/*
 * Which bytes of a record are a person's, and who looks at them. Must not know
 * what a secret looks like.
 */
#include "redact/redact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/structure.h"
#include "redact/known.h"
#include "redact/pattern.h"
#include "redact/region.h"
#include "redact/stream.h"
#include "redact/words.h"
#include "trace/fields.h"
#include "trace/record.h"

struct redact {
	struct pattern **patterns;
	size_t pattern_count;
	bool has_default;
	struct known known;
	struct streams streams;
	uint8_t *payload, *work; /* of the last record; room for a tail more */
	size_t room;
	/* The last word of a thread's words, in a record that may go on. */
	int64_t announcing_tid;
	bool is_announced;
};

int redact_check(const char *pattern, struct text *error)
{
	struct pattern *opened = NULL;
	int r;

	if (!strcmp(pattern, REDACT_DEFAULT))
		return 0;
	r = pattern_open(&opened, pattern, error);
	if (r == -ENOMEM)
		text_put(error, strerror(ENOMEM));
	pattern_close(opened);
	return r;
}

static int add_pattern(struct redact *redact, const char *expression)
{
	struct text error = TEXT_INIT;
	int r;

	if (!strcmp(expression, REDACT_DEFAULT)) {
		redact->has_default = true;
		return 0;
	}
	r = pattern_open(&redact->patterns[redact->pattern_count], expression,
			 &error);
	redact->pattern_count += r == 0;
	text_done(&error);
	return r;
}

int redact_open(struct redact **ret, const char *const *patterns, size_t count)
{
	struct redact *redact = calloc(1, sizeof(*redact));
	int r = 0;

	if (!redact)
		return -ENOMEM;
	redact->patterns = calloc(count + 1, sizeof(struct pattern *));
	if (!redact->patterns)
		r = -ENOMEM;
	for (size_t i = 0; !r && i < count; i++)
		r = add_pattern(redact, patterns[i]);
	if (r < 0) {
		redact_close(redact);
		return r;
	}
	*ret = redact;
	return 0;
}

void redact_close(struct redact *redact)
{
	if (!redact)
		return;
	for (size_t i = 0; i < redact->pattern_count; i++)
		pattern_close(redact->patterns[i]);
	free(redact->patterns);
	known_done(&redact->known);
	streams_done(&redact->streams);
	free(redact->payload);
	free(redact->work);
	free(redact);
}

/* ---- texts ---- */

/* What was announced, and what the person says. */
static void mask_anywhere(const struct redact *redact,
			  const struct region *region)
{
	known_mask(&redact->known, region);
	for (size_t i = 0; i < redact->pattern_count; i++)
		pattern_mask(redact->patterns[i], region);
}

static void mask_text(const struct redact *redact, uint8_t *data, size_t length)
{
	const struct region region = { data, length, 0 };
	struct words words = { WORDS_CLOSED, 0 };

	if (redact->has_default)
		words_mask(&words, &region);
	mask_anywhere(redact, &region);
}

static int mask_value(struct redact *redact, uint8_t *data, size_t length)
{
	const struct region region = { data, length, 0 };
	int r = known_add(&redact->known, data, length);

	region_mask(&region, 0, length);
	return r;
}

/* A word of a command, or a variable. */
static int mask_word(struct redact *redact, uint8_t *data, size_t length,
		     bool *announced)
{
	bool is_value = *announced && redact->has_default;
	size_t value = 0;

	*announced = words_announces(data, length);
	if (is_value)
		return mask_value(redact, data, length);
	if (redact->has_default && words_value(data, length, &value))
		return mask_value(redact, data + value, length - value);
	mask_text(redact, data, length);
	return 0;
}

/* ---- records ---- */

/* Words, each with a NUL behind it; of a command each may announce the next,
 * also that in the next record of the thread. */
static int mask_words(struct redact *redact, const struct record *record,
		      uint8_t *data, size_t length)
{
	bool goes_on = redact->announcing_tid == record->tid;
	bool announced = goes_on && redact->is_announced;
	int r = 0;

	for (size_t at = 0; !r && at < length;) {
		size_t word = strnlen((const char *)data + at, length - at);

		r = mask_word(redact, data + at, word, &announced);
		/* A variable is none. */
		announced &= record->kind == KTR_ARGS;
		at += word + 1;
	}
	redact->announcing_tid = record->tid;
	redact->is_announced = announced;
	return r;
}

/* With what went before it through the descriptor in front. */
static int mask_data(struct redact *redact, const struct record *record,
		     uint8_t *data, size_t length)
{
	bool is_written = record->genio.rw != KTR_GENIO_READ;
	struct stream *stream = streams_find(&redact->streams, record->pid,
					     record->genio.fd, is_written);
	struct region region = { .data = redact->work };

	if (!stream)
		return -ENOMEM;
	region.start = stream->length;
	region.length = stream->length + length;
	memcpy(region.data, stream->tail, stream->length);
	memcpy(region.data + region.start, data, length);
	region.data[region.length] = '\0';
	if (redact->has_default)
		words_mask(&stream->words, &region);
	mask_anywhere(redact, &region);
	stream_keep(stream, data, length);
	memcpy(data, region.data + region.start, length);
	return 0;
}

/* Fields that hold what a person chose; all others say what the recorder did.
 */
static const struct chosen {
	const char *structure;
	const char *field;
} chosen[] = {
	{ KTR_STRUCT_SESSION, "command" }, { KTR_STRUCT_PROCESS, "exe" },
	{ KTR_STRUCT_PROCESS, "cwd" },     { KTR_STRUCT_PATH, "path" },
	{ KTR_STRUCT_DESCRIPTORS, "cwd" }, { KTR_STRUCT_DESCRIPTORS, "path" },
	{ KTR_STRUCT_MAPPING, "path" },    { KTR_STRUCT_COVERAGE, "path" },
	{ KTR_STRUCT_COVERAGE, "why" },    { KTR_STRUCT_MESSAGE, "text" },
	{ KTR_STRUCT_LABEL, "text" },
};

static bool is_chosen(const struct record *record, const struct field *field)
{
	for (size_t i = 0; i < ARRAY_LEN(chosen); i++)
		if (!strcmp(record->structure.name, chosen[i].structure) &&
		    fields_is(field, chosen[i].field))
			return !field->is_number;
	return false;
}

int redact_words(struct redact *redact, char *words, size_t length)
{
	bool announced = false;
	int r = 0;

	for (size_t at = 0; !r && at < length;) {
		size_t word = strnlen(words + at, length - at);

		r = mask_word(redact, (uint8_t *)words + at, word, &announced);
		at += word + 1;
	}
	return r;
}

void redact_text(const struct redact *redact, char *text, size_t length)
{
	mask_text(redact, (uint8_t *)text, length);
}

/* What is no field any more is a text. */
static int mask_fields(struct redact *redact, const struct record *record,
		       uint8_t *data, size_t length)
{
	bool malformed = false, announced = false;
	size_t position = 0;
	struct field field;
	int r = 0;

	while (!r && fields_next(data, length, &position, &field, &malformed)) {
		uint8_t *value = data + (field.data - (const char *)data);

		if (fields_is(&field, "command"))
			r = mask_word(redact, value, field.length, &announced);
		else if (is_chosen(record, &field))
			mask_text(redact, value, field.length);
	}
	if (malformed)
		mask_text(redact, data + position, length - position);
	return r;
}

/* The family of an address stays. */
static int mask_structure(struct redact *redact, const struct record *record,
			  uint8_t *data, size_t length)
{
	bool is_address = !strcmp(record->structure.name, "sockaddr");
	size_t head = MIN(is_address ? sizeof(uint16_t) : 0, length);

	if (structure_is_ours(record))
		return mask_fields(redact, record, data, length);
	mask_text(redact, data + head, length - head);
	return 0;
}

static int mask_bytes(struct redact *redact, const struct record *record,
		      uint8_t *data, size_t length)
{
	(void)record;
	mask_text(redact, data, length);
	return 0;
}

typedef int masking(struct redact *redact, const struct record *record,
		    uint8_t *data, size_t length);

/* Who looks at a record, and where in its payload; NULL: numbers alone. */
static masking *masking_of(const struct record *record, size_t *ret_head)
{
	*ret_head = 0;
	switch (record->kind) {
	case KTR_SYSCALL:
	case KTR_SYSRET:
	case KTR_PSIG:
	case KTR_CSW:
	case KTR_PROCCTOR:
	case KTR_PROCDTOR:
	case KTR_CAPFAIL:
	case KTR_FAULT:
	case KTR_FAULTEND:
		return NULL;
	case KTR_ARGS:
	case KTR_ENVS:
		return mask_words;
	case KTR_GENIO:
		*ret_head = sizeof(struct ktr_genio);
		return mask_data;
	case KTR_STRUCT:
	case KTR_STRUCT_ARRAY:
		*ret_head = (size_t)(record->structure.data - record->payload);
		return mask_structure;
	default:
		return mask_bytes;
	}
}

static int make_room(struct redact *redact, size_t length)
{
	uint8_t *payload, *work;

	if (redact->work && length <= redact->room)
		return 0;
	/* So that few records make it grow. */
	length = MAX(length, 2 * redact->room);
	payload = realloc(redact->payload, length + 1);
	if (!payload)
		return -ENOMEM;
	redact->payload = payload;
	work = realloc(redact->work, length + STREAM_TAIL + 1);
	if (!work)
		return -ENOMEM;
	redact->work = work;
	redact->room = length;
	return 0;
}

int redact_record(struct redact *redact, struct record *record)
{
	size_t head;
	masking *mask = masking_of(record, &head);
	int r;

	mask_text(redact, (uint8_t *)record->comm, strlen(record->comm));
	if (record->kind != KTR_ARGS)
		redact->is_announced &= redact->announcing_tid != record->tid;
	if (!mask || record->length == head)
		return 0;
	r = make_room(redact, record->length);
	if (r < 0)
		return r;
	memcpy(redact->payload, record->payload, record->length);
	redact->payload[record->length] = '\0';
	r = mask(redact, record, redact->payload + head, record->length - head);
	/* No length has changed: it is a record as it was. */
	record_decode_payload(record, redact->payload);
	return r;
}
