/*
 * Which file an exec means: found as the thread finds it, from its root, its
 * directory and its descriptors.
 */
#ifndef SUPERVISOR_PROGRAM_FILE_H
#define SUPERVISOR_PROGRAM_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct program_call;
struct stat;

/* The same file, unchanged. */
struct program_identity {
	uint64_t device;
	uint64_t inode;
	int64_t changed_ns;
};

bool program_file_is_same(const struct program_identity *one,
			  const struct program_identity *other);
struct program_identity program_file_identity(const struct stat *file);
/* Whether a change to come will be seen by its identity. */
bool program_file_is_settled(const struct program_identity *identity);

/*
 * An O_PATH descriptor of what would run, with its status: of a script, the
 * interpreter, and *call names that now. -errno where there is none, or we may
 * not look. It may wait for a file system.
 */
int program_file_find(struct program_call *call, struct stat *ret);

/* What the call names, where it takes no waiting to know; -errno where it does,
 * or the file has a set-ID bit. */
int program_file_glance(const struct program_call *call,
			struct program_identity *ret);
/* What the process executes now, which takes none. 0 or -errno. */
int program_file_running(pid_t pid, struct program_identity *ret);

#endif
