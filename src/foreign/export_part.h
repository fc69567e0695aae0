/*
 * What export.c and the files for each kernel share: a record that is being
 * taken apart, and the one that it becomes.
 */
#ifndef FOREIGN_EXPORT_PART_H
#define FOREIGN_EXPORT_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "foreign/export.h"
#include "foreign/renumber.h"

struct export_process;
struct format;

#define EXPORT_LEFT_MAX  64 /* things that are counted apart */
#define EXPORT_LEFT_NAME 40

/* What was left out. */
struct export_left {
	char what[EXPORT_LEFT_NAME];
	uint64_t count;
};

#define EXPORT_LABEL_MAX 20 /* with its NUL */

struct export
{
	const struct format *format;
	const struct export_kernel *kernel;
	struct renumber renumber;
	struct export_process *processes; /* whose ABI has been told */
	struct export_left left[EXPORT_LEFT_MAX];
	unsigned left_count;
	uint64_t all; /* records that came */
	/* Of the USER that is next of this thread. */
	int64_t label_tid;
	char label[EXPORT_LABEL_MAX];
	/* The record that is taken apart, */
	const struct record *record;
	const struct export_call *call;
	/* and what it becomes: */
	struct text payload;
	struct text *out;
};

typedef void export_function(struct export *export);

/* What a kind of record becomes; NULL: it is told by others, and not missed. */
struct export_row {
	uint16_t kind;
	export_function *put;
};

struct export_kernel {
	enum record_system system;
	const char *name;
	unsigned version;              /* of its headers */
	const struct export_row *rows; /* end in one of kind 0 */
	/* Structures of ours that are told by others. */
	const char *const *told; /* ends in NULL */
	/* Says which ABI the process has. False: the kernel has no such one. */
	bool (*announce)(struct export *export);
};

const struct export_kernel *export_freebsd_kernel(void);
const struct export_kernel *export_netbsd_kernel(void);

/* Payloads: numbers and bytes, one behind the other. */
void export_part_number(struct export *export, uint64_t value, size_t size);
void export_part_bytes(struct export *export, const void *data, size_t length);
/* The record is complete, and is one of this kind there. */
void export_part_end(struct export *export, unsigned kind);

/* There is nothing to make of the record: a word or two for what it was. */
void export_part_leave(struct export *export, const char *what);

/* The payload is the same there, and so is the kind. */
export_function export_part_same;
/* Keeps the label of the thread's next USER record. */
export_function export_part_label;

/* Its error in the kernel's own numbers; false, and the record is left out: it
 * has none. 0, KTR_ERESTART and KTR_EJUSTRETURN are as they are. */
bool export_part_error(struct export *export, int32_t *ret);
/* The same of a signal. */
bool export_part_signal(struct export *export, int32_t *ret);

#endif
