/*
 * The trace file: ours, regular, private. Must not touch anything else.
 */
#include "ktrace/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "ktrace/options.h"
#include "trace/frame.h"

static int output_fail(struct text *error, const char *what, const char *file)
{
	int failed = errno;

	text_format(error, "%s%s: %s", what, file, strerror(failed));
	return -failed;
}

static int output_check_name(const char *file, struct text *error)
{
	if (fd_may_replace(file))
		return 0;
	text_format(error, "%s not regular file", file);
	return -EACCES;
}

/* A new file in the place of the one that had the name. */
static int output_create(const char *file, struct text *error)
{
	int fd = output_check_name(file, error);

	if (fd < 0)
		return fd;
	if (unlink(file) < 0 && errno != ENOENT)
		return output_fail(error, "unlink ", file);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC,
		  S_IRUSR | S_IWUSR);
	return fd < 0 ? output_fail(error, "", file) : fd;
}

/*
 * What is appended is to be as what is there: a reader takes the file for one
 * or the other. A file that we may not read is what its owner says it is.
 */
static int output_check_form(const char *file, bool compresses,
			     struct text *error)
{
	_cleanup_fd_ int fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
					     O_CLOEXEC);
	uint8_t begin[FRAME_MAGIC_SIZE];
	ssize_t got = fd < 0 ? 0 : fd_read_full(fd, begin, sizeof(begin));
	bool is_compressed = got == sizeof(begin) &&
			     frame_may_begin(begin, sizeof(begin));

	if (got <= 0 || is_compressed == compresses)
		return 0;
	text_format(error,
		    compresses ? "%s is not compressed: append without --zstd"
			       : "%s is compressed: append with --zstd",
		    file);
	return -EINVAL;
}

/* Non-blocking, lest the name be a FIFO; on a regular file it means nothing. */
static int output_append(const char *file, bool compresses, struct text *error)
{
	_cleanup_fd_ int fd = open(file,
				   O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW |
				       O_NONBLOCK | O_CLOEXEC,
				   S_IRUSR | S_IWUSR);
	struct stat status;
	int r;

	if (fd < 0 && errno == ELOOP) {
		text_format(error, "%s: refuse to follow a symbolic link",
			    file);
		return -ELOOP;
	}
	if (fd < 0 || fstat(fd, &status) < 0)
		return output_fail(error, "", file);
	if (status.st_uid != getuid()) {
		text_format(error, "refuse to append to %s not owned by you",
			    file);
		return -EPERM;
	}
	if (!S_ISREG(status.st_mode)) {
		text_format(error, "%s not regular file", file);
		return -EACCES;
	}
	r = output_check_form(file, compresses, error);
	return r < 0 ? r : take_fd(&fd);
}

/* A copy, since the recorder closes what it is given. */
static int output_duplicate(int given, struct text *error)
{
	int flags = fcntl(given, F_GETFL);
	int fd;

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
		text_format(error, "descriptor %d is not open for writing",
			    given);
		return -EBADF;
	}
	fd = fcntl(given, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? output_fail(error, "", "dup") : fd;
}

static int output_given(const struct ktrace_options *options,
			struct text *error)
{
	int fd = output_duplicate(options->fd, error);

	if (fd >= 0 && options->takes_fd)
		close(options->fd);
	return fd;
}

char *output_path(const struct ktrace_options *options, struct text *error)
{
	_cleanup_free_ char *here = NULL;
	char *path = NULL;

	if (options->file[0] == '/')
		path = strdup(options->file);
	else if ((here = getcwd(NULL, 0)) &&
		 asprintf(&path, "%s/%s", here, options->file) < 0)
		path = NULL;
	if (!path)
		output_fail(error, "", options->file);
	return path;
}

/* ---- what replaces a file later ---- */

/* Beside the one that it is to replace. */
static int open_beside(struct output *output)
{
	if (asprintf(&output->made, "%s.XXXXXX", output->name) < 0) {
		output->made = NULL;
		return -ENOMEM;
	}
	output->fd = mkostemp(output->made, O_APPEND | O_CLOEXEC);
	if (output->fd >= 0)
		return 0;
	free(take_pointer(output->made));
	return -errno;
}

static bool replaces(const struct ktrace_options *options)
{
	return options->fd < 0 && strcmp(options->file, "-") &&
	       !options->append;
}

int output_prepare(struct output *ret, const struct ktrace_options *options,
		   struct text *error)
{
	int r;

	*ret = (struct output){ .fd = -1 };
	if (!replaces(options)) {
		ret->fd = output_open(options, error);
		return MIN(ret->fd, 0);
	}
	r = output_check_name(options->file, error);
	if (r < 0)
		return r;
	ret->name = strdup(options->file);
	r = ret->name ? open_beside(ret) : -ENOMEM;
	if (r < 0)
		text_format(error, "%s: %s", options->file, strerror(-r));
	return r;
}

int output_publish(struct output *output, struct text *error)
{
	if (!output->made)
		return 0;
	if (rename(output->made, output->name) < 0)
		return output_fail(error, "", output->name);
	free(take_pointer(output->made));
	return 0;
}

void output_done(struct output *output)
{
	if (output->made)
		unlink(output->made);
	free(output->made);
	free(output->name);
}

/* ---- at once ---- */

int output_open(const struct ktrace_options *options, struct text *error)
{
	if (options->fd >= 0)
		return output_given(options, error);
	if (!strcmp(options->file, "-"))
		return output_duplicate(STDOUT_FILENO, error);
	return options->append
		   ? output_append(options->file, options->level > 0, error)
		   : output_create(options->file, error);
}
