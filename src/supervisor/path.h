/*
 * What a path meant: joined with the directory and root of the process at that
 * moment. Policy over tracee/proc.h; writes `path` records.
 */
#ifndef SUPERVISOR_PATH_H
#define SUPERVISOR_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;
struct supervisor;
struct task;

/*
 * Writes a `path` record behind the NAMEI of that argument, where the string
 * alone does not say it: it is relative, or the process has a root of its own.
 */
void path_named(struct supervisor *supervisor, struct task *task, unsigned arg,
		int64_t dirfd, const char *path, size_t length);

/*
 * Writes a `path` record of what a call that worked has opened: where its
 * descriptor leads, as the kernel says, and whether it may lead elsewhere
 * already. Nothing without --resolve.
 */
void path_opened(struct supervisor *supervisor, struct task *task);

/*
 * What a name that is relative to no descriptor is, absolute below the root of
 * the process, which may be its own. False where that is not known.
 */
bool path_of_name(struct supervisor *supervisor, struct task *task,
		  const char *name, char *to, size_t size, bool *ret_is_rooted);

/* The working directory of the process may have changed. */
void path_forget_cwd(struct process *process);

#endif
