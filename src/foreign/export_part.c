/*
 * A payload that grows until its record is complete. Lengths have been checked
 * by trace/record.c.
 */
#include "foreign/export_part.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "foreign/format.h"
#include "trace/fields.h"

void export_part_number(struct export *export, uint64_t value, size_t size)
{
	/* The host is little-endian, as these files are. */
	text_bytes(&export->payload, &value, size);
}

void export_part_bytes(struct export *export, const void *data, size_t length)
{
	text_bytes(&export->payload, data, length);
}

void export_part_end(struct export *export, unsigned kind)
{
	uint8_t header[FORMAT_HEADER_MAX];
	size_t length = format_encode(export->format, export->kernel->version,
				      export->record, kind,
				      export->payload.length, header);

	text_bytes(export->out, header, length);
	text_bytes(export->out, export->payload.data, export->payload.length);
	text_clear(&export->payload);
}

/* The last one is of all for which there is no room. */
void export_part_leave(struct export *export, const char *what)
{
	char name[EXPORT_LEFT_NAME];
	unsigned i = 0;

	snprintf(name, sizeof(name), "%s", what);
	while (i < export->left_count &&
	       strcmp(export->left[i].what, name) != 0)
		i++;
	if (i == EXPORT_LEFT_MAX) {
		i--;
		snprintf(export->left[i].what, sizeof(name), "others");
	}
	if (i == export->left_count) {
		memcpy(export->left[i].what, name, sizeof(name));
		export->left_count++;
	}
	export->left[i].count++;
	text_clear(&export->payload);
}

void export_part_same(struct export *export)
{
	export_part_bytes(export, export->record->payload,
			  export->record->length);
	export_part_end(export, export->record->kind);
}

bool export_part_error(struct export *export, int32_t *ret)
{
	int32_t error = export->record->sysret.error;

	*ret = error > 0 ? renumber_error(&export->renumber, error) : error;
	if (error <= 0 || *ret)
		return true;
	export_part_leave(export, "sysret of an error that is Linux's alone");
	return false;
}

bool export_part_signal(struct export *export, int32_t *ret)
{
	*ret = renumber_signal(&export->renumber, export->record->psig.signo);
	if (*ret)
		return true;
	export_part_leave(export, "psig of a signal that is Linux's alone");
	return false;
}

/* Of one that a thread has for its next USER record. */
void export_part_label(struct export *export)
{
	const struct record *record = export->record;
	struct field text;

	export->label_tid = record->tid;
	memset(export->label, 0, sizeof(export->label));
	if (fields_find(record->structure.data, record->structure.length,
			"text", &text) &&
	    !text.is_number)
		memcpy(export->label, text.data,
		       MIN(text.length, sizeof(export->label) - 1));
}
