/*
 * Writes a file in pieces, and renames it at the end.
 */
#include "kdump/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"

#define PIECE ((size_t)64 << 10) /* written at once */
#define MODE  0600               /* where the trace itself has none */

int target_fail(struct text *error, const char *object, const char *reason)
{
	text_put(error, object);
	text_put(error, ": ");
	text_put(error, reason);
	return -1;
}

static int fail(struct target *target, int error)
{
	return target_fail(target->error, target->name, strerror(error));
}

/* What it takes the place of must be a file, and not the trace. */
static int check(struct target *target, int trace)
{
	struct stat from, to;

	if (fstat(trace, &from) < 0)
		return fail(target, errno);
	target->mode = S_ISREG(from.st_mode) ? from.st_mode & 0777 : MODE;
	if (lstat(target->name, &to) < 0)
		return errno == ENOENT ? 0 : fail(target, errno);
	if (to.st_dev == from.st_dev && to.st_ino == from.st_ino)
		return target_fail(target->error, target->name,
				   "is the trace itself");
	if (!S_ISREG(to.st_mode))
		return target_fail(target->error, target->name,
				   "is no regular file");
	return 0;
}

int target_open(struct target *target, const char *name, int trace,
		struct text *error)
{
	*target = (struct target){ .name = name, .error = error, .fd = -1 };
	if (check(target, trace))
		return -1;
	if (asprintf(&target->temporary, "%s.XXXXXX", name) < 0) {
		target->temporary = NULL;
		return fail(target, ENOMEM);
	}
	target->fd = mkostemp(target->temporary, O_CLOEXEC);
	if (target->fd >= 0)
		return 0;
	free(target->temporary);
	target->temporary = NULL;
	return fail(target, errno);
}

void target_close(struct target *target)
{
	if (target->temporary)
		unlink(target->temporary);
	free(target->temporary);
	cleanup_fd(&target->fd);
	text_done(&target->piece);
}

static int flush(struct target *target)
{
	int r = target->piece.failed
		    ? -ENOMEM
		    : fd_write_all(target->fd, target->piece.data,
				   target->piece.length);

	text_clear(&target->piece);
	return r < 0 ? fail(target, -r) : 0;
}

int target_spill(struct target *target)
{
	return target->piece.length >= PIECE || target->piece.failed
		   ? flush(target)
		   : 0;
}

int target_finish(struct target *target)
{
	if (flush(target))
		return -1;
	if (fchmod(target->fd, target->mode) < 0 ||
	    rename(target->temporary, target->name) < 0)
		return fail(target, errno);
	free(target->temporary);
	target->temporary = NULL;
	return 0;
}
