/*
 * Sums by name: of paths that calls were given, and of what their descriptors
 * lead to. Which way bytes went the table of calls says.
 */
#include "report/files.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"
#include "join/call.h"
#include "join/descriptor.h"
#include "join/use.h"
#include "show/json_value.h"
#include "show/view.h"

/* Different calls that are told of one file. */
#define CALLS_TOLD 12u
#define LETTERS    6 /* that mostly are enough */

/* In the order in which they are shown. */
enum kind { KIND_OF_FILE, KIND_OF_NETWORK, KIND_OF_OTHER, KINDS };

struct file {
	uint64_t calls, errors, read, written, total_ns;
	unsigned used;    /* bits of join/use.h */
	bool was_missing; /* the last that was heard of it */
	const struct sysdesc_row *by[CALLS_TOLD]; /* in order */
	unsigned by_count;
	UT_hash_handle hh;
	size_t length;
	char name[]; /* with a NUL behind it; "" for all others */
};

struct files {
	const struct view *view;
	bool json;
	struct file *first; /* a table */
	struct file *rest;  /* when it is full */
};

static int open_files(void **ret, const struct report_context *context)
{
	struct files *files = calloc(1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	files->view = context->view;
	files->json = context->json;
	*ret = files;
	return 0;
}

static void close_files(void *report)
{
	struct files *files = report;
	struct file *file, *next;

	if (!files)
		return;
	file = files->first;
	HASH_CLEAR(hh, files->first);
	for (; file; file = next) {
		next = file->hh.next;
		free(file);
	}
	free(files);
}

/* ---- taking ---- */

static struct file *add_file(struct files *files, const char *name,
			     size_t length)
{
	struct file *file = calloc(1, sizeof(*file) + length + 1);

	if (!file)
		return NULL;
	memcpy(file->name, name, length);
	file->length = length;
	HASH_ADD_KEYPTR(hh, files->first, file->name, length, file);
	if (file->hh.tbl)
		return file;
	free(file);
	return NULL;
}

static struct file *file_of(struct files *files, const char *name,
			    size_t length)
{
	struct file *file;

	HASH_FIND(hh, files->first, name, length, file);
	if (file)
		return file;
	if (files->rest)
		return files->rest;
	if (HASH_COUNT(files->first) < FILES_MAX)
		return add_file(files, name, length);
	files->rest = add_file(files, "", 0);
	return files->rest;
}

static void tell_call(struct file *file, const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < file->by_count; i++)
		if (file->by[i] == row)
			return;
	if (file->by_count < CALLS_TOLD)
		file->by[file->by_count++] = row;
}

/* One that was not there, and that a call had made if need be, is made. */
static void tell_use(struct file *file, const struct call *call, unsigned used)
{
	if (used & USED_ENSURED && file->was_missing)
		used = (used & ~(unsigned)USED_ENSURED) | USED_MADE;
	file->used |= used;
	if (used || call->exit.sysret.error == ENOENT)
		file->was_missing = !used || used & USED_REMOVED;
}

/* What the call did with it; moved: bytes, below 0 when they were written. */
static int add_use(struct files *files, const struct call *call,
		   const char *name, size_t length, unsigned used,
		   int64_t moved)
{
	struct file *file;

	/* No kernel has a longer one. */
	if (length > PATH_MAX)
		return 0;
	file = file_of(files, name, length);
	if (!file)
		return -ENOMEM;
	file->calls++;
	file->errors += call->has_returned && call->exit.sysret.error > 0;
	file->total_ns += call_duration_ns(call);
	if (moved > 0)
		file->read += (uint64_t)moved;
	else
		file->written += (uint64_t)-moved;
	tell_use(file, call, used);
	tell_call(file, call->row);
	return 0;
}

static int add_argument(struct files *files, const struct call *call,
			unsigned index)
{
	const struct descriptor_name *name = call->names[index];
	unsigned used = use_of(call, index);
	const char *path;
	size_t length;

	switch (call->row->arg[index].kind) {
	case KIND_FD:
		return name ? add_use(files, call, name->text, name->length,
				      used, use_moved(call, index))
			    : 0;
	case KIND_PATH:
		return call_path(call, index, &path, &length)
			   ? add_use(files, call, path, length, used, 0)
			   : 0;
	default:
		return 0;
	}
}

/* Who is spoken to through a socket that leads to nobody, or not yet. */
static int add_address(struct files *files, const struct call *call)
{
	const struct descriptor_name *socket = call->names[0];
	struct descriptor_name *address = descriptors_address(call);
	int r = 0;

	if (address && !(socket && !strcmp(socket->text, address->text)))
		r = add_use(files, call, address->text, address->length, 0,
			    use_moved(call, 0));
	descriptor_name_drop(address);
	return r;
}

static int add_call(void *report, const struct call *call)
{
	const struct descriptor_name *result = call->result_name;
	unsigned count = call->row ? MIN(call->arg_count, call->row->narg) : 0;
	bool is_named = false;
	int r = 0;

	for (unsigned i = 0; !r && i < count; i++) {
		is_named |= call->row->arg[i].kind == KIND_PATH;
		r = add_argument(report, call, i);
	}
	/* One that it made, and no path led to. */
	if (!r && result && !is_named && call->row &&
	    call->row->result == RESULT_FD)
		r = add_use(report, call, result->text, result->length, 0, 0);
	if (!r && call->row && call->row->classes & CLASS_NETWORK)
		r = add_address(report, call);
	return r;
}

/* ---- telling ---- */

/* "127.0.0.1:80", as join/descriptor.h names what a socket leads to. */
static bool has_port(const struct file *file)
{
	const char *port = strrchr(file->name, ':');

	return port && port[1] && !port[1 + strspn(port + 1, "0123456789")];
}

static enum kind kind_of(const struct file *file)
{
	if (file->name[0] == '/')
		return KIND_OF_FILE;
	return file->name[0] == '@' || has_port(file) ? KIND_OF_NETWORK
						      : KIND_OF_OTHER;
}

/* What moved most first, then by name. */
static int compare(const struct file *one, const struct file *other)
{
	uint64_t this = one->read + one->written;
	uint64_t that = other->read + other->written;

	if (kind_of(one) != kind_of(other))
		return kind_of(one) < kind_of(other) ? -1 : 1;
	if (this != that)
		return this < that ? 1 : -1;
	return strcmp(one->name, other->name);
}

/* A letter for each thing done, padded to stand in a column. */
static void put_letters(struct text *text, unsigned used)
{
	size_t start = text->length;

	if (used & USED_MADE)
		used &= ~(unsigned)USED_ENSURED;
	for (unsigned bit = 0; bit < USED_BITS; bit++)
		if (used & ~(unsigned)USED_ASKED & 1u << bit)
			text_char(text, use_letter(bit));
	text_pad(text, start, LETTERS);
	text_char(text, ' ');
}

static void put_line(struct text *text, const struct data_style *style,
		     const struct file *file)
{
	text_format(text,
		    "%9" PRIu64 " %8" PRIu64 " %12" PRIu64 " %12" PRIu64
		    " %11.6f ",
		    file->calls, file->errors, file->read, file->written,
		    (double)file->total_ns / 1e9);
	put_letters(text, file->used);
	if (file->length)
		data_escape(text, file->name, file->length, style);
	else
		text_put(text, "(others)");
	for (unsigned i = 0; i < file->by_count; i++)
		text_format(text, "%s%s", i ? "," : "  ", file->by[i]->name);
	text_char(text, '\n');
}

static void put_table(struct text *text, const struct files *files,
		      enum kind kind)
{
	static const char *const names[KINDS] = { "file", "network", "other" };

	text_format(text, "%s%9s %8s %12s %12s %11s %-*s %s\n",
		    kind > 0 ? "\n" : "", "calls", "errors", "read", "written",
		    "seconds", LETTERS, "used", names[kind]);
	for (const struct file *file = files->first; file; file = file->hh.next)
		if (kind_of(file) == kind)
			put_line(text, &files->view->style, file);
}

static void put_words(struct text *text, unsigned used)
{
	json_value_open(text, "used");
	text_char(text, '[');
	for (unsigned bit = 0; bit < USED_BITS; bit++) {
		if (!(used & 1u << bit))
			continue;
		json_value_next(text);
		text_json_string(text, use_name(bit), strlen(use_name(bit)));
	}
	text_char(text, ']');
}

static void put_object(struct text *text, const struct file *file)
{
	text_put(text, "{\"v\":1,\"ev\":\"stats\",\"by\":\"file\"");
	if (file->length) {
		json_value_open(text, "name");
		json_value_put_bytes(text, file->name, file->length);
	}
	text_json_unsigned(text, "calls", file->calls);
	text_json_unsigned(text, "errors", file->errors);
	text_json_unsigned(text, "read", file->read);
	text_json_unsigned(text, "written", file->written);
	text_json_unsigned(text, "total_ns", file->total_ns);
	put_words(text, file->used);
	json_value_open(text, "syscalls");
	text_char(text, '[');
	for (unsigned i = 0; i < file->by_count; i++) {
		json_value_next(text);
		text_json_string(text, file->by[i]->name,
				 strlen(file->by[i]->name));
	}
	text_put(text, "]}\n");
}

static void put_files(void *report, struct text *text)
{
	struct files *files = report;

	HASH_SORT(files->first, compare);
	if (!files->json) {
		for (enum kind kind = 0; kind < KINDS; kind++)
			put_table(text, files, kind);
		return;
	}
	for (const struct file *file = files->first; file; file = file->hh.next)
		put_object(text, file);
}

const struct report_kind files_report = {
	.wants_names = true,
	.add_call = add_call,
	.open = open_files,
	.close = close_files,
	.put = put_files,
};
