/* Reading, and nothing else. */
#include "kaudit/load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/stat.h>

#include "audit/audit.h"
#include "audit/policy.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "kaudit/mask.h"
#include "kaudit/options.h"
#include "kaudit/output.h"
#include "trace/reader.h"
#include "trace/record.h"

#define HOME_DEFAULT "/root"
#define WHY_MAX      128

/* ---- traces ---- */

static void reader_done(struct reader **reader)
{
	reader_close(*reader);
}

/* What nobody judges is not kept. */
static int take(struct audit *audit, struct mask *mask, int fd,
		const struct record *record)
{
	int r = record->kind == KTR_ENVS ? 0 : audit_take(audit, record);

	return r || !mask ? r : mask_record(mask, fd, record);
}

/* Why it does not end as it should; "": it does. 0 or -errno. */
static int read_all(struct audit *audit, struct reader *reader,
		    struct mask *mask, int fd, char why[WHY_MAX])
{
	enum reader_result result = READER_RECORD;
	struct record record;
	int r = 0;

	while (!r && (result = reader_next(reader, &record)) == READER_RECORD)
		r = take(audit, mask, fd, &record);
	if (result == READER_ERROR)
		return -reader_errno(reader);
	if (result == READER_FAULT)
		snprintf(why, WHY_MAX, "damaged at offset %" PRIu64 ": %s",
			 reader_offset(reader),
			 record_fault_text(reader_fault(reader)));
	return r;
}

static int load(struct audit *ret, int fd, const char *name, struct mask *mask,
		struct text *error)
{
	_cleanup_(reader_done) struct reader *reader = NULL;
	char why[WHY_MAX] = "";
	int r = reader_open(&reader, fd);

	if (!r)
		r = read_all(ret, reader, mask, fd, why);
	if (!r)
		r = audit_end(ret, why[0] ? why : NULL);
	if (!r && mask)
		r = mask_end(mask, fd);
	return r ? output_fail(error, name, r) : 0;
}

int load_trace(struct audit *ret, int fd, const char *name, struct mask *mask,
	       struct text *error)
{
	audit_open(ret);
	return load(ret, fd, name, mask, error);
}

int load_trace_calls(struct audit *ret, const char *path, audit_visit *visit,
		     void *context, struct text *error)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	audit_open(ret);
	ret->each_call = visit;
	ret->context = context;
	return fd < 0 ? output_fail(error, path, -errno)
		      : load(ret, fd, path, NULL, error);
}

int load_trace_file(struct audit *ret, const char *path, struct text *error)
{
	return load_trace_calls(ret, path, NULL, NULL, error);
}

const char *load_directory(const struct audit *audit)
{
	const struct image *first = audit->images.first;

	return first && first->cwd ? first->cwd->text : NULL;
}

/* ---- policies ---- */

int load_text(const char *path, char **ret, size_t *ret_length)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	_cleanup_free_ char *text = NULL;
	struct stat status;
	ssize_t got;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size < 0 || (size_t)status.st_size > POLICY_FILE_MAX)
		return -EFBIG;
	/* What is no file has no size. */
	text = malloc(S_ISREG(status.st_mode) ? (size_t)status.st_size + 1
					      : POLICY_FILE_MAX);
	if (!text)
		return -ENOMEM;
	got = fd_read_full(fd, text,
			   S_ISREG(status.st_mode) ? (size_t)status.st_size
						   : POLICY_FILE_MAX);
	if (got < 0)
		return (int)got;
	*ret_length = (size_t)got;
	*ret = take_pointer(text);
	return 0;
}

static int read_included(void *context, const char *path, char **ret,
			 size_t *ret_length)
{
	(void)context;
	return load_text(path, ret, ret_length);
}

static int copy_roots(struct roots *to, const struct roots *given,
		      struct text *error)
{
	int r = 0;

	for (unsigned i = 0; i < given->count; i++)
		for (unsigned dir = 0; !r && dir < given->items[i].count;
		     dir++) {
			_cleanup_(text_done) struct text word = TEXT_INIT;

			text_format(&word, "%s=%s", given->items[i].name,
				    given->items[i].dirs[dir]);
			r = roots_set(to, text_string(&word), error);
		}
	return r;
}

int load_roots(struct roots *ret, const struct kaudit_options *options,
	       const char *directory, struct text *error)
{
	const char *home = getenv("HOME");
	int r = copy_roots(ret, &options->roots, error);

	if (r)
		return r;
	r = roots_default(ret, home && *home == '/' ? home : HOME_DEFAULT,
			  directory);
	return r ? output_fail(error, "roots", r) : 0;
}

int load_rules(struct policy *ret, const struct kaudit_options *options,
	       const char *directory, const char *name, const char *text,
	       size_t length, struct text *error)
{
	int r;

	policy_open(ret);
	r = load_roots(&ret->roots, options, directory, error)
		?: policy_add_sensitive(ret, error);
	if (!r && text)
		r = policy_parse(ret, name, text, length, read_included, NULL,
				 error);
	return r && !error->length ? output_fail(error, name, r) : r;
}

int load_policy(struct policy *ret, const struct kaudit_options *options,
		const char *directory, struct text *error)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	int r = 0;

	policy_open(ret);
	if (options->policy)
		r = load_text(options->policy, &text, &length);
	/* A policy that is wrong is another matter. */
	if (r)
		return output_fail(error, options->policy,
				   r == -EINVAL ? -EIO : r);
	return load_rules(ret, options, directory,
			  options->policy ? options->policy : "policy", text,
			  length, error);
}
