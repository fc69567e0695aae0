/*
 * Sums by stack. A name may hold neither a semicolon nor a newline: those are
 * what separates.
 */
#include "report/folded.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"
#include "decode/name.h"
#include "join/call.h"
#include "show/stacks.h"
#include "show/view.h"
#include "symbol/symbol.h"

/* More frames are recorded of no call, but for what is inlined. */
#define FRAMES_MAX 1024u
/* Names of one stack: those beyond are left out. */
#define NAMES_MAX ((size_t)256 << 10)
/* Of one name. */
#define NAME_MAX_SHOWN ((size_t)4096)

struct fold {
	uint64_t weight;
	UT_hash_handle hh;
	char line[]; /* with a NUL behind it */
};

struct folded {
	struct stacks *stacks;
	const struct view *view;
	struct fold *first; /* a table */
	bool by_time;
	/* Of the call at hand: names, innermost first, and where each begins.
	 */
	struct text names;
	size_t begins[FRAMES_MAX];
	unsigned frame_count;
};

static int open_folded(void **ret, const struct report_context *context)
{
	struct folded *folded = calloc(1, sizeof(*folded));

	if (!folded)
		return -ENOMEM;
	folded->stacks = context->stacks;
	folded->view = context->view;
	*ret = folded;
	return 0;
}

static int open_by_time(void **ret, const struct report_context *context)
{
	int r = open_folded(ret, context);

	if (!r)
		((struct folded *)*ret)->by_time = true;
	return r;
}

static void close_folded(void *report)
{
	struct folded *folded = report;
	struct fold *fold, *next;

	if (!folded)
		return;
	fold = folded->first;
	HASH_CLEAR(hh, folded->first);
	for (; fold; fold = next) {
		next = fold->hh.next;
		free(fold);
	}
	text_done(&folded->names);
	free(folded);
}

/* ---- one stack ---- */

/* Escaped as everywhere, and what separates made a blank. */
static void put_name(struct text *text, const char *name,
		     const struct data_style *style)
{
	size_t start = text->length;

	data_escape(text, name, MIN(strlen(name), NAME_MAX_SHOWN), style);
	for (size_t i = start; i < text->length; i++)
		if (text->data[i] == ';')
			text->data[i] = ' ';
}

/* What has no name is found by its place in the file. */
static void put_place(struct text *text, const struct stacks_frame *frame,
		      const struct data_style *style)
{
	const char *slash;

	if (frame->is_signal) {
		text_put(text, "<signal handler called>");
	} else if (!frame->path || !frame->path[0]) {
		text_format(text, "0x%" PRIx64, frame->pc);
	} else {
		slash = strrchr(frame->path, '/');
		put_name(text, slash ? slash + 1 : frame->path, style);
		text_format(text, "+0x%" PRIx64, frame->address);
	}
}

static void take_frame(void *context, const struct stacks_frame *frame)
{
	struct folded *folded = context;
	const struct data_style *style = &folded->view->style;

	if (folded->frame_count == FRAMES_MAX ||
	    folded->names.length > NAMES_MAX)
		return;
	folded->begins[folded->frame_count++] = folded->names.length;
	if (frame->symbol && frame->symbol->function)
		put_name(&folded->names, frame->symbol->function, style);
	else
		put_place(&folded->names, frame, style);
}

/* "make;main;run_job;fork;vfork" */
static void put_stack(struct folded *folded, const struct call *call,
		      struct text *line)
{
	size_t end = folded->names.length;

	put_name(line, call->entry.comm, &folded->view->style);
	for (unsigned i = folded->frame_count; i-- > 0;) {
		text_char(line, ';');
		text_bytes(line, folded->names.data + folded->begins[i],
			   end - folded->begins[i]);
		end = folded->begins[i];
	}
	text_char(line, ';');
	name_syscall(line, call->abi, call->number, false);
}

/* ---- sums ---- */

static struct fold *add_fold(struct folded *folded, const char *line)
{
	size_t size = strlen(line) + 1;
	struct fold *fold = calloc(1, sizeof(*fold) + size);

	if (!fold)
		return NULL;
	memcpy(fold->line, line, size);
	HASH_ADD_STR(folded->first, line, fold);
	if (fold->hh.tbl)
		return fold;
	free(fold);
	return NULL;
}

static struct fold *fold_of(struct folded *folded, const char *line)
{
	struct fold *fold;

	HASH_FIND_STR(folded->first, line, fold);
	if (fold)
		return fold;
	if (HASH_COUNT(folded->first) < FOLDED_MAX)
		return add_fold(folded, line);
	HASH_FIND_STR(folded->first, "(others)", fold);
	return fold ?: add_fold(folded, "(others)");
}

static int add_stack(struct folded *folded, const struct call *call,
		     const struct record *stack)
{
	uint64_t weight = folded->by_time ? call_duration_ns(call) : 1;
	struct text line = TEXT_INIT;
	struct fold *fold = NULL;

	text_clear(&folded->names);
	folded->frame_count = 0;
	stacks_each(folded->stacks, stack, take_frame, folded);
	put_stack(folded, call, &line);
	if (!line.failed && !folded->names.failed)
		fold = fold_of(folded, text_string(&line));
	text_done(&line);
	if (!fold)
		return -ENOMEM;
	fold->weight += weight;
	return 0;
}

static int add_call(void *report, const struct call *call)
{
	struct record part;
	int r = 0;

	for (unsigned i = 0; !r && i < call->part_count; i++)
		if (call_part(call, i, &part) && stacks_is_one(&part))
			r = add_stack(report, call, &part);
	return r;
}

/* ---- telling ---- */

static int compare(const struct fold *one, const struct fold *other)
{
	return strcmp(one->line, other->line);
}

static void put_folded(void *report, struct text *text)
{
	struct folded *folded = report;

	HASH_SORT(folded->first, compare);
	for (const struct fold *fold = folded->first; fold;
	     fold = fold->hh.next)
		text_format(text, "%s %" PRIu64 "\n", fold->line,
			    folded->by_time ? fold->weight / 1000
					    : fold->weight);
}

const struct report_kind folded_count_report = {
	.is_document = true,
	.add_call = add_call,
	.open = open_folded,
	.close = close_folded,
	.put = put_folded,
};

const struct report_kind folded_time_report = {
	.is_document = true,
	.add_call = add_call,
	.open = open_by_time,
	.close = close_folded,
	.put = put_folded,
};
