/*
 * The structures of Linux in STRUCT and STRUCT_ARRAY records, field by field,
 * for whoever writes text, JSON or anything else. Trusts no length: what a
 * record is too short for is left out.
 */
#ifndef DECODE_LAYOUT_H
#define DECODE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sysdesc/sysdesc.h"

struct constant;
struct record;

enum layout_form {
	LAYOUT_SIGNED,
	LAYOUT_UNSIGNED,
	LAYOUT_HEX,
	LAYOUT_OCTAL,
};

/* Where the parts go. A name is NULL for an item of a list, and at the top. */
struct layout_output {
	void *context;
	void (*begin)(void *context, const char *name, bool is_list);
	void (*end)(void *context, bool is_list);
	void (*number)(void *context, const char *name, enum layout_form form,
		       uint64_t value);
	/* A number that has names; where this is NULL it goes to number(). */
	void (*constant)(void *context, const char *name, enum layout_form form,
			 const struct constant *constant);
	void (*text)(void *context, const char *name, const void *data,
		     size_t length);
	/* data is a struct sockaddr of any family. */
	void (*address)(void *context, const char *name, const void *data,
			size_t length);
};

/* Whether there is more to say of it than its bytes. */
bool layout_is_known(const struct record *record, enum sysdesc_abi abi);

/* All of one that is known. */
void layout_put(const struct record *record, enum sysdesc_abi abi,
		const struct layout_output *output);

#endif
