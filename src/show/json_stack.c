/*
 * A stack's frames, an object each. What is not known is not there.
 */
#include "show/json_stack.h"

#include "base/text.h"
#include "show/json_value.h"
#include "show/stacks.h"
#include "symbol/symbol.h"

static void json_stack_symbol(struct text *text,
			      const struct symbol_frame *symbol)
{
	if (symbol->function)
		json_value_string(text, "function", symbol->function);
	if (symbol->is_inlined)
		text_json_bool(text, "inlined", true);
	else if (symbol->function)
		json_value_hex(text, "function_offset", symbol->offset);
	if (symbol->file)
		json_value_string(text, "file", symbol->file);
	if (symbol->line)
		json_value_integer(text, "line", symbol->line);
}

static void json_stack_frame(void *context, const struct stacks_frame *frame)
{
	struct text *text = context;

	json_value_next(text);
	text_char(text, '{');
	json_value_hex(text, "pc", frame->pc);
	if (frame->path && frame->path[0])
		json_value_string(text, "module", frame->path);
	if (frame->path && frame->path[0])
		json_value_hex(text, "offset", frame->address);
	if (frame->is_signal)
		text_json_bool(text, "signal", true);
	if (frame->problem)
		json_value_string(text, "problem", frame->problem);
	if (frame->symbol)
		json_stack_symbol(text, frame->symbol);
	text_char(text, '}');
}

void json_stack_put(struct text *text, struct stacks *stacks,
		    const struct record *record)
{
	json_value_open(text, "frames");
	text_char(text, '[');
	stacks_each(stacks, record, json_stack_frame, text);
	text_char(text, ']');
}
