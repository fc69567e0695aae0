/*
 * Stacks for people. Names come from files that nobody vouches for, and go out
 * as safely as data does.
 */
#include "show/line_stack.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "decode/data.h"
#include "show/stacks.h"
#include "symbol/symbol.h"
#include "trace/fields.h"
#include "trace/record.h"

struct line_stack {
	struct text *text;
	const struct data_style *style;
	unsigned number;
};

static void put_safely(const struct line_stack *line, const char *string)
{
	data_escape(line->text, string, strlen(string), line->style);
}

static void put_symbol(const struct line_stack *line,
		       const struct symbol_frame *symbol)
{
	text_char(line->text, ' ');
	put_safely(line, symbol->function ?: "?");
	if (symbol->is_inlined)
		text_put(line->text, " (inlined)");
	else if (symbol->function)
		text_format(line->text, "+0x%" PRIx64, symbol->offset);
	if (!symbol->file)
		return;
	text_char(line->text, ' ');
	put_safely(line, symbol->file);
	if (symbol->line)
		text_format(line->text, ":%d", symbol->line);
}

/* What has no name is found by its place in the file. */
static void put_place(const struct line_stack *line,
		      const struct stacks_frame *frame)
{
	bool is_file = frame->path && frame->path[0];

	if (is_file)
		put_safely(line, frame->path);
	if (frame->is_signal)
		text_put(line->text, is_file ? " <signal handler called>"
					     : "<signal handler called>");
	else if (!is_file)
		text_format(line->text, "0x%" PRIx64, frame->pc);
	else if (!frame->symbol)
		text_format(line->text, "+0x%" PRIx64, frame->address);
	if (frame->problem)
		text_format(line->text, " (%s)", frame->problem);
}

static void put_frame(void *context, const struct stacks_frame *frame)
{
	struct line_stack *line = context;

	text_format(line->text, "       #%-2u ", line->number++);
	put_place(line, frame);
	if (frame->symbol)
		put_symbol(line, frame->symbol);
	text_char(line->text, '\n');
}

void line_stack_head(struct text *text, const struct record *record,
		     const struct data_style *style)
{
	const uint8_t *data = record->structure.data;
	size_t length = record->structure.length;
	bool malformed = false;
	size_t position = 0;
	struct field end;

	text_put(text, "stack");
	while (fields_next(data, length, &position, &end, &malformed))
		;
	if (malformed)
		text_put(text, " <malformed>");
	if (!fields_find(data, length, "end", &end) || end.is_number ||
	    (end.length == 3 && !memcmp(end.data, "top", 3)))
		return;
	text_put(text, ", in part: ");
	data_escape(text, end.data, end.length, style);
}

void line_stack_frames(struct text *text, struct stacks *stacks,
		       const struct record *record,
		       const struct data_style *style)
{
	struct line_stack line = { .text = text, .style = style };

	stacks_each(stacks, record, put_frame, &line);
}
