/*
 * `stack` records with what the `mapping` records before them say of each
 * process: frames, named. Its memory is bounded, whatever the file says; files
 * are looked at when the first stack is shown.
 */
#ifndef SHOW_STACKS_H
#define SHOW_STACKS_H

#include <stdbool.h>
#include <stdint.h>

struct record;
struct stacks;
struct symbol_frame;
struct text;

/* Mappings remembered, of all processes; the oldest process goes first. */
#define STACKS_MAPPINGS_MAX 65536u

/* debug_directories: as of symbol_open(); outlives it. 0 or -ENOMEM. */
int stacks_open(struct stacks **ret, const char *debug_directories);
void stacks_close(struct stacks *stacks); /* NULL is fine */

/* Learns from a record, shown or not. 0 or -ENOMEM. */
int stacks_learn(struct stacks *stacks, const struct record *record);

/* True for the record that stacks_each() is for. */
bool stacks_is_one(const struct record *record);

struct stacks_frame {
	uint64_t pc;
	bool is_signal;      /* where a signal's handler returns to */
	const char *path;    /* NULL: not known what is there; "": no file */
	uint64_t address;    /* in the file, as that counts */
	const char *problem; /* why nothing in the file is named, or NULL */
	const struct symbol_frame *symbol; /* or NULL */
};

/* Innermost first; what is inlined is a frame of its own with the same pc. All
 * is valid until the visit returns. */
typedef void stacks_visit(void *context, const struct stacks_frame *frame);
void stacks_each(struct stacks *stacks, const struct record *record,
		 stacks_visit *visit, void *context);

#endif
