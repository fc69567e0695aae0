/*
 * Records of ktrace-u -> those of another kernel's ktrace, for that kernel's
 * own kdump: what convert.h does, the other way round. Programs are Linux's
 * there as well, under that kernel's emulation. Makes no I/O.
 */
#ifndef FOREIGN_EXPORT_H
#define FOREIGN_EXPORT_H

#include <stdint.h>

#include "sysdesc/sysdesc.h"
#include "trace/record.h"

struct export;
struct text;

/* FreeBSD's of version 1, or NetBSD's of version 2; both of 64-bit machines
 * that are little-endian. 0 or -ENOMEM. */
int export_open(struct export **ret, enum record_system system);
void export_close(struct export *export); /* NULL is fine */

/* How a record's thread calls the kernel, and by which number it has. */
struct export_call {
	enum sysdesc_abi abi;
	int64_t number;
};

/*
 * Appends what the record becomes, header and all; nothing, and it is counted,
 * where that kernel has no such record. The record is Linux's. 0 or -ENOMEM.
 */
int export_put(struct export *export, struct text *text,
	       const struct record *record, const struct export_call *call);

/* Appends how many records were left out, and of what; nothing where none was.
 */
void export_tell(const struct export *export, struct text *text);

#endif
