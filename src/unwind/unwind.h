/*
 * Who called whom in a stopped thread: its registers and its memory in, return
 * addresses out. Nothing is named here; that is for whoever reads the trace.
 *
 * Files are read once for all processes that have them mapped, maps once until
 * they change, memory once per stop. Knows nothing of ptrace, of records, or of
 * why somebody asks: memory and registers are parameters, and of /proc it reads
 * the maps and opens what is mapped.
 */
#ifndef UNWIND_UNWIND_H
#define UNWIND_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define UNWIND_DEPTH_MAX     512
#define UNWIND_DEPTH_DEFAULT 256
#define UNWIND_REGISTERS_MAX 33

/* Why a stack ends where it does. */
enum unwind_end {
	UNWIND_TOP,        /* nobody called the last one */
	UNWIND_NO_INFO,    /* no unwind info where the last one is */
	UNWIND_UNREADABLE, /* the stack is not there, or may not be read */
	UNWIND_TOO_DEEP,   /* there is more than was asked for */
	UNWIND_BROKEN,     /* unwind info or stack make no sense */
};

/* One word for each, for the trace. */
const char *unwind_end_name(enum unwind_end end);

/* By DWARF's numbers; the last one is the instruction pointer. */
struct unwind_registers {
	uint64_t value[UNWIND_REGISTERS_MAX];
	unsigned count;
	bool is_narrow; /* of i386 */
	bool is_behind; /* a call: what was executed is before the pointer */
};

/* Reads what it can from the address on, at most length bytes: how many. */
struct unwind_memory {
	void *context;
	size_t (*read)(void *context, uint64_t address, void *to,
		       size_t length);
};

struct unwind_frame {
	uint64_t pc;    /* the return address; of the first, and of whom a
			 * signal interrupted, where it is */
	bool is_signal; /* what a signal's handler returns to */
};

struct unwind_stack {
	enum unwind_end end;
	unsigned count;
	struct unwind_frame frames[UNWIND_DEPTH_MAX]; /* innermost first */
};

/* What is mapped from start to end. */
struct unwind_map {
	uint64_t start;
	uint64_t end;
	uint64_t offset; /* of start, in the file */
	uint64_t inode;
	uint64_t device;  /* major and minor, as in maps */
	const char *path; /* "" where it has none, "[vdso]", ... */
	bool is_executable;
	bool is_writable;
	bool is_told; /* the caller's own */
	/* Where it is known: what to take from an address to get one of the
	 * file, and who the file is. */
	bool is_elf;
	uint64_t bias;
	const uint8_t *build_id;
	size_t build_id_length; /* 0: it has none; then, if it was read, */
	int64_t file_size;      /* these tell it from others; -1: it was not */
	int64_t file_changed_ns;
};

struct unwind;       /* what all processes share */
struct unwind_space; /* a process's memory, until an exec replaces it */

/* 0 or -ENOMEM. */
int unwind_open(struct unwind **ret);
/* All spaces must be gone. NULL is fine. */
void unwind_close(struct unwind *unwind);

/* NULL: out of memory. */
struct unwind_space *unwind_space_new(struct unwind *unwind);
void unwind_space_free(struct unwind_space *space); /* NULL is fine */

/* Something was, or may have been, mapped, unmapped or protected otherwise in
 * that range; or anywhere. */
void unwind_space_changed(struct unwind_space *space, uint64_t address,
			  uint64_t length);
void unwind_space_forget(struct unwind_space *space);

/* None of its maps is_told any more. */
void unwind_space_untell(struct unwind_space *space);

/*
 * The stack of a thread of that space, at most depth frames. 0, and then *ret
 * has at least the frame that the thread is in; -errno when its maps cannot be
 * read: -EACCES or -EPERM when they may not.
 */
int unwind_stack(struct unwind_space *space, pid_t tid,
		 const struct unwind_memory *memory,
		 const struct unwind_registers *registers, unsigned depth,
		 struct unwind_stack *ret);

/* Where a pc of its last stack is; NULL: nowhere. Valid until the next stack.
 */
struct unwind_map *unwind_space_map(struct unwind_space *space, uint64_t pc);

#endif
