/*
 * STRUCT and STRUCT_ARRAY records -> text. The structures that are ktrace-u's
 * own are field lists (ktrace-u/format.h) and are shown field by field, as are
 * those of Linux that sysdesc has a layout of (layout.h); of any other one the
 * name, the size and the bytes are shown.
 */
#ifndef DECODE_STRUCTURE_H
#define DECODE_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"

struct data_style;
struct record;
struct text;

/* True for a STRUCT record that holds a field list. */
bool structure_is_ours(const struct record *record);

/* True for a STRUCT or STRUCT_ARRAY record of which only bytes can be shown. */
bool structure_is_opaque(const struct record *record, enum sysdesc_abi abi);

/* What records call a structure that a call takes or gives; NULL: nobody knows.
 */
const char *structure_name(enum sysdesc_blob blob, enum sysdesc_abi abi);

/* True for a field that is a list by nature, however often it stands there. */
bool structure_is_list(const char *name, const char *field, size_t length);

/*
 * `struct process { ppid=1, exe="/bin/sh" }`, `struct int { 1 }`, `struct
 * pollfd[1] { { fd=3, events=0x1, revents=0 } }`, `struct sockaddr { AF_INET,
 * 127.0.0.1:80 }`; of what is opaque `struct bpf_attr, 144 bytes` or `struct
 * vendor[2], 8 bytes each`; without a newline. A field list that is damaged
 * ends in <malformed>. abi: that of the thread's calls.
 */
void structure_put(struct text *text, const struct record *record,
		   enum sysdesc_abi abi, const struct data_style *style);

#endif
