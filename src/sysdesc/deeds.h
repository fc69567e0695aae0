/*
 * Deeds: calls that do something to files, sockets, processes or the kernel, or
 * change where descriptors or paths lead. Who is to tell what a job did must
 * see all of them, and needs no other. By what the rows say, and no names.
 */
#ifndef SYSDESC_DEEDS_H
#define SYSDESC_DEEDS_H

#include <stdbool.h>
#include <stdint.h>

struct sysdesc_row;

/* Whether calls of the row may be deeds. NULL, a call that no row knows, may
 * do anything. */
bool deeds_has(const struct sysdesc_row *row);

/* Whether all that calls of such a row do is to ask: about what a path leads
 * to, or where they are. They change nothing, and lead nothing elsewhere. */
bool deeds_is_look(const struct sysdesc_row *row);

/* Calls of a row are none for which (args[arg] & mask) == value in all parts.
 * Each part is about another argument; mask 0: there are no more. */
#define DEEDS_PARTS 2
struct deeds_exception {
	struct deeds_part {
		uint8_t arg;
		uint32_t mask, value;
	} parts[DEEDS_PARTS];
};

/* Those of a row, *ret_count of them; NULL: all of its calls are. */
const struct deeds_exception *deeds_exceptions(const struct sysdesc_row *row,
					       unsigned *ret_count);

/* What a call does by its CMD, beside what its row says (deed.def). */
enum deeds_command {
	DEEDS_NO_COMMAND,
	DEEDS_KERNEL, /* to the machine, or a terminal that others read */
	DEEDS_CHANGE, /* to attributes of what its descriptor leads to */
	DEEDS_OWNER,  /* names who is signalled */
};
enum deeds_command deeds_command(const struct sysdesc_row *row,
				 const uint64_t *args);

/* Whether the row says of no other call that it is a deed. */
bool deeds_is_by_command(const struct sysdesc_row *row);

/* Whether it depends on a key, or on what is in memory, what a call of a row
 * does to the kernel: some of them do nothing. */
bool deeds_may_be_none(const struct sysdesc_row *row);

/* Whether a call of a row that may be a deed is one. */
bool deeds_has_call(const struct sysdesc_row *row, const uint64_t *args);

#endif
