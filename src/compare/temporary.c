/*
 * Two tables: of names, each with the shapes that it may have; and of shapes,
 * each with the traces in which a name has it.
 */
#include "compare/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "base/text.h"
#include "join/call.h"
#include "join/use.h"

/* What others may not do with a file of one's own. */
#define MODE_OTHERS 077u

/* Places in a name that may be made up; there is seldom more than one. */
#define SPANS_MAX 6u
/* As bits. */
#define BOTH 3u

/* What a component has at most, of all filesystems. */
#define COMPONENT_MAX NAME_MAX

struct span {
	unsigned start, length;
	bool is_number; /* as long as it happens to be */
};

struct temporary_name {
	UT_hash_handle hh;
	unsigned traces; /* bit n: trace n made it */
	unsigned span_count;
	struct span spans[SPANS_MAX]; /* the likeliest first */
	size_t length;
	char name[];
};

struct temporary_shape {
	UT_hash_handle hh;
	unsigned traces; /* bit n: a name of trace n alone has it */
	size_t length;
	char shape[];
};

void temporaries_done(struct temporaries *temporaries)
{
	struct temporary_name *name = temporaries->names, *next_name;
	struct temporary_shape *shape = temporaries->shapes, *next_shape;

	HASH_CLEAR(hh, temporaries->names);
	for (; name; name = next_name) {
		next_name = name->hh.next;
		free(name);
	}
	HASH_CLEAR(hh, temporaries->shapes);
	for (; shape; shape = next_shape) {
		next_shape = shape->hh.next;
		free(shape);
	}
}

/* ---- what may be made up ---- */

static bool is_made_up(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

/* Who makes names up: mkstemp(3) the last six characters, Python's tempfile
 * eight and mktemp(1) ten, behind what they are told to put there. The least of
 * a name that will do comes first. */
static const struct maker {
	unsigned length;
	const char *before; /* NULL: nothing, or what is no letter nor digit */
	bool takes_any;     /* whatever is in front, and no underscores */
} makers[] = {
	{ 6, NULL, true },
	{ 8, "tmp", false },
	{ 8, NULL, false },
	{ 10, NULL, false },
};

static bool begins(const struct maker *maker, const char *name, size_t start)
{
	if (maker->takes_any || (start == 0 && !maker->before))
		return true;
	if (maker->before)
		return start == strlen(maker->before) &&
		       !memcmp(name, maker->before, start);
	return !is_made_up(name[start - 1]);
}

static bool fits(const struct maker *maker, const char *name, size_t end,
		 struct span *ret)
{
	size_t start = end - maker->length;

	if (end < maker->length || !begins(maker, name, start))
		return false;
	for (size_t i = start; i < end; i++)
		if (!is_made_up(name[i]) &&
		    (maker->takes_any || name[i] != '_'))
			return false;
	*ret = (struct span){ (unsigned)start, maker->length, false };
	return true;
}

/* Go's os.MkdirTemp() and os.CreateTemp() put a number of 32 bits there, which
 * is seldom a small one. */
#define NUMBER_MIN 5u
#define NUMBER_MAX 10u

static bool fits_number(const char *name, size_t end, struct span *ret)
{
	size_t start = end;

	while (start > 0 && name[start - 1] >= '0' && name[start - 1] <= '9')
		start--;
	*ret = (struct span){ (unsigned)start, (unsigned)(end - start), true };
	return ret->length >= NUMBER_MIN && ret->length <= NUMBER_MAX;
}

/* At the end, and in front of each dot from there on. */
static unsigned find_spans(const char *name, size_t length, struct span *spans)
{
	unsigned count = 0;

	for (size_t end = length; end > 0 && count < SPANS_MAX; end--) {
		if (end < length && name[end] != '.')
			continue;
		for (size_t i = 0; i < ARRAY_LEN(makers) && count < SPANS_MAX;
		     i++)
			count += fits(&makers[i], name, end, &spans[count]);
		if (count < SPANS_MAX)
			count += fits_number(name, end, &spans[count]);
	}
	return count;
}

/* Returns how long it is. */
static size_t put_shape(char *to, const char *name, size_t length,
			const struct span *span)
{
	size_t end = span->start + span->length;
	size_t own = span->is_number ? 1 : span->length;

	memcpy(to, name, span->start);
	memset(to + span->start, 'X', own);
	memcpy(to + span->start + own, name + end, length - end);
	return span->start + own + length - end;
}

/* ---- learning ---- */

static struct temporary_name *find(const struct temporaries *temporaries,
				   const char *data, size_t length)
{
	struct temporary_name *name;

	HASH_FIND(hh, temporaries->names, data, length, name);
	return name;
}

static int add_name(struct temporaries *temporaries, unsigned trace,
		    const char *data, size_t length)
{
	struct temporary_name *name = find(temporaries, data, length);
	struct span spans[SPANS_MAX];
	unsigned count = find_spans(data, length, spans);

	if (name)
		name->traces |= 1u << trace;
	if (name || !count || HASH_COUNT(temporaries->names) >= TEMPORARIES_MAX)
		return 0;
	name = calloc(1, sizeof(*name) + length);
	if (!name)
		return -ENOMEM;
	name->traces = 1u << trace;
	name->span_count = count;
	memcpy(name->spans, spans, count * sizeof(*spans));
	name->length = length;
	memcpy(name->name, data, length);
	HASH_ADD_KEYPTR(hh, temporaries->names, name->name, length, name);
	if (name->hh.tbl)
		return 0;
	free(name);
	return -ENOMEM;
}

/* Of a directory there is a mode but no flags; it is never there before. */
static bool is_made_alone(const struct call *call, unsigned index)
{
	uint64_t flags = O_CREAT | O_EXCL, mode = MODE_OTHERS;

	if (use_flags(call, &flags, &mode))
		return (flags & O_CREAT) && (flags & O_EXCL) &&
		       !(mode & MODE_OTHERS);
	if (call->row->result != RESULT_ZERO)
		return false;
	for (unsigned i = 0; i < call->row->narg && i < call->arg_count; i++)
		if (call->row->arg[i].kind == KIND_MODE)
			mode = call->args[i];
	return (use_of(call, index) & USED_MADE) && !(mode & MODE_OTHERS);
}

int temporaries_learn(struct temporaries *temporaries, unsigned trace,
		      const struct call *call)
{
	unsigned count = call->row ? MIN(call->arg_count, call->row->narg) : 0;
	const char *path, *slash;
	size_t length;
	int r = 0;

	if (!call->has_returned || call->exit.sysret.error)
		return 0;
	for (unsigned i = 0; !r && i < count; i++) {
		if (call->row->arg[i].kind != KIND_PATH ||
		    !is_made_alone(call, i) ||
		    !call_path(call, i, &path, &length))
			continue;
		slash = memrchr(path, '/', length);
		length -= (size_t)(slash + 1 - path);
		if (length > 0 && length <= COMPONENT_MAX)
			r = add_name(temporaries, trace, slash + 1, length);
	}
	return r;
}

/* ---- settling ---- */

static int add_shape(struct temporaries *temporaries,
		     const struct temporary_name *name, const struct span *span)
{
	struct temporary_shape *shape = NULL;
	char text[COMPONENT_MAX];
	size_t length = put_shape(text, name->name, name->length, span);

	HASH_FIND(hh, temporaries->shapes, text, length, shape);
	if (shape) {
		shape->traces |= name->traces;
		return 0;
	}
	shape = calloc(1, sizeof(*shape) + length);
	if (!shape)
		return -ENOMEM;
	shape->traces = name->traces;
	shape->length = length;
	memcpy(shape->shape, text, length);
	HASH_ADD_KEYPTR(hh, temporaries->shapes, shape->shape, shape->length,
			shape);
	if (shape->hh.tbl)
		return 0;
	free(shape);
	return -ENOMEM;
}

int temporaries_settle(struct temporaries *temporaries)
{
	const struct temporary_name *name = temporaries->names;
	int r = 0;

	for (; name; name = name->hh.next)
		for (unsigned i = 0; !r && i < name->span_count; i++)
			if (name->traces != BOTH)
				r = add_shape(temporaries, name,
					      &name->spans[i]);
	return r;
}

/* ---- telling ---- */

/* The place in it that is made up; NULL: none is, since the other trace has no
 * such name, or has this one. */
static const struct span *made_up(const struct temporaries *temporaries,
				  const struct temporary_name *name)
{
	const struct temporary_shape *shape;
	char text[COMPONENT_MAX];

	if (name->traces == BOTH)
		return NULL;
	for (unsigned i = 0; i < name->span_count; i++) {
		size_t length = put_shape(text, name->name, name->length,
					  &name->spans[i]);

		HASH_FIND(hh, temporaries->shapes, text, length, shape);
		if (shape && shape->traces == BOTH)
			return &name->spans[i];
	}
	return NULL;
}

static bool is_between(char c)
{
	return (unsigned char)c <= ' ' || strchr("/=:,;'\"()<>", c);
}

/* Of a component, or of what is in front of a dot in it, the longest that is
 * temporary. */
static const struct temporary_name *
find_longest(const struct temporaries *temporaries, const char *data,
	     size_t length, const struct span **ret)
{
	for (size_t end = length; end > 0; end--) {
		const struct temporary_name *name = NULL;

		if (end == length || data[end] == '.')
			name = find(temporaries, data, end);
		*ret = name ? made_up(temporaries, name) : NULL;
		if (*ret)
			return name;
	}
	return NULL;
}

static bool put_component(const struct temporaries *temporaries,
			  struct text *text, const char *data, size_t length)
{
	const struct span *span = NULL;
	const struct temporary_name *name =
	    length <= COMPONENT_MAX
		? find_longest(temporaries, data, length, &span)
		: NULL;
	char shape[COMPONENT_MAX];

	if (!name) {
		text_bytes(text, data, length);
		return false;
	}
	text_bytes(text, shape, put_shape(shape, data, length, span));
	return true;
}

bool temporaries_put(const struct temporaries *temporaries, struct text *text,
		     const char *data, size_t length)
{
	size_t before = text->length;
	bool any = false;

	for (size_t at = 0, end; at < length; at = end) {
		for (end = at; end < length && !is_between(data[end]);)
			end++;
		if (end > at)
			any |= put_component(temporaries, text, data + at,
					     end - at);
		else
			text_char(text, data[end++]);
	}
	if (!any)
		text->length = before;
	return any;
}
