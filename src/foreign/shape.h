/*
 * What structures look like that other kernels put into their traces, and how
 * those of other byte orders and widths become what readers know: one form of
 * each, that of a kernel's 64-bit little-endian machines.
 */
#ifndef FOREIGN_SHAPE_H
#define FOREIGN_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "trace/record.h"

struct format;
struct sysdesc_layout;
struct text;

/* That of a structure of so many bytes, to be walked as one of SYSDESC_X86_64;
 * NULL: none is known. */
const struct sysdesc_layout *shape_find(enum record_system system,
					const char *name, size_t size);

/*
 * How long a structure of that name is in a format, and in the form of readers.
 * False: none is known.
 */
struct shape_size {
	size_t its;
	size_t ours;
	bool are_several; /* records may hold more than one */
};
bool shape_size(const struct format *format, const char *name,
		struct shape_size *ret);

/* Appends one, of shape_size().its bytes, in the form of readers. */
void shape_convert(struct text *text, const struct format *format,
		   const char *name, const void *data);

/* Whether a struct sockaddr is of a family that Linux has, too. */
bool shape_has_address(const struct format *format, const void *data,
		       size_t length);
/* Appends such a one as Linux lays it out. */
void shape_convert_address(struct text *text, const struct format *format,
			   const void *data, size_t length);
/* The other way round: appends one of Linux's as a system lays it out. False,
 * and nothing is: it has no such family, or no room for the length. */
bool shape_restore_address(struct text *text, enum record_system system,
			   const void *data, size_t length);

#endif
