/*
 * What stands behind the columns of a line: one small function for each kind of
 * record, and the lines of data below. It neither selects nor writes.
 */
#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/constant.h"
#include "decode/data.h"
#include "decode/name.h"
#include "decode/structure.h"
#include "foreign/system.h"
#include "join/state.h"
#include "show/column.h"
#include "show/line.h"
#include "show/line_stack.h"
#include "show/stacks.h"
#include "show/view.h"
#include "trace/record.h"

/* What every function here needs. */
struct line {
	struct text *text;
	const struct view *view;
	const struct state *state;
	const struct record *record;
};

static void line_call_name(const struct line *line, enum sysdesc_abi abi,
			   int64_t number)
{
	name_syscall(line->text, abi, number, line->view->numbers);
}

static void line_argument(const struct line *line,
			  const struct sysdesc_row *row, enum sysdesc_abi abi,
			  unsigned index)
{
	uint64_t value = record_arg(line->record, index);
	struct constant constant;

	if (!line->view->plain &&
	    constant_of(line->record, row, abi, index, &constant))
		constant_put(line->text, &constant,
			     line->view->decimal ? CONSTANT_DECIMAL
						 : CONSTANT_CLASSIC);
	else if (line->view->decimal)
		text_decimal(line->text, (int64_t)value);
	else
		text_hex(line->text, value);
}

static void line_syscall(const struct line *line)
{
	enum sysdesc_abi abi = state_abi(line->state, line->record);
	int64_t number = state_number(line->state, line->record,
				      line->record->syscall.code);
	const struct sysdesc_row *row = system_call(abi, number);
	unsigned count = line->record->syscall.narg;

	line_call_name(line, abi, number);
	for (unsigned i = 0; i < count; i++) {
		text_char(line->text, i == 0 ? '(' : ',');
		line_argument(line, row, abi, i);
	}
	if (count > 0)
		text_char(line->text, ')');
}

static void line_result(const struct line *line, int64_t value)
{
	if (line->view->plain && !line->view->decimal) {
		text_hex(line->text, (uint64_t)value);
		return;
	}
	text_decimal(line->text, value);
	if (!line->view->plain && (value < 0 || value > 9)) {
		text_char(line->text, '/');
		text_hex(line->text, (uint64_t)value);
	}
}

static void line_error(const struct line *line, int error)
{
	text_put(line->text, "-1 errno ");
	text_decimal(line->text, error);
	if (line->view->plain)
		return;
	text_char(line->text, ' ');
	name_errno(line->text, line->record->system, error);
}

static void line_sysret(const struct line *line)
{
	const struct record *record = line->record;

	line_call_name(line, state_abi(line->state, record),
		       state_number(line->state, record, record->sysret.code));
	text_char(line->text, ' ');
	switch (record->sysret.error) {
	case 0:
		line_result(line, record->sysret.retval);
		if (record->sysret.second) {
			text_put(line->text, ", ");
			line_result(line, record->sysret.second);
		}
		break;
	case KTR_ERESTART:
		text_put(line->text, "RESTART");
		break;
	case KTR_EJUSTRETURN:
		text_put(line->text, "JUSTRETURN");
		break;
	default:
		line_error(line, record->sysret.error);
	}
}

static void line_genio(const struct line *line)
{
	const struct record *record = line->record;

	text_put(line->text, "fd ");
	text_decimal(line->text, record->genio.fd);
	text_put(line->text,
		 record->genio.rw == KTR_GENIO_READ ? " read " : " wrote ");
	text_unsigned(line->text, record->genio.length);
	text_put(line->text, record->genio.length == 1 ? " byte" : " bytes");
}

static void line_psig(const struct line *line)
{
	const struct record *record = line->record;

	name_signal(line->text, record->system, record->psig.signo);
	if (record->psig.action == KTR_SIG_DFL)
		text_put(line->text, " SIG_DFL");
	else if (record->psig.action == KTR_SIG_IGN)
		text_put(line->text, " SIG_IGN");
	else
		text_format(line->text,
			    " caught handler=0x%" PRIx64 " mask=0x%" PRIx64,
			    record->psig.action, record->psig.mask);
	text_put(line->text, " code=");
	name_signal_code(line->text, record->system, record->psig.signo,
			 record->psig.code);
}

static void line_csw(const struct line *line)
{
	const struct record *record = line->record;

	text_put(line->text, record->csw.out ? "stop " : "resume ");
	text_put(line->text, record->csw.user ? "user" : "kernel");
	if (!record->csw.wmesg)
		return;
	text_char(line->text, ' ');
	data_quote(line->text, record->csw.wmesg, record->csw.wmesg_length,
		   &line->view->style);
}

static void line_user(const struct line *line)
{
	const uint8_t *data = line->record->raw.data;
	size_t length = line->record->raw.length;

	text_unsigned(line->text, length);
	text_char(line->text, ' ');
	for (size_t i = 0; i < length; i++)
		text_format(line->text, line->view->decimal ? " %d" : " %02x",
			    data[i]);
}

static void line_fault(const struct line *line)
{
	text_format(line->text, "0x%" PRIx64 " ", line->record->fault.address);
	name_access(line->text, line->record->fault.type);
}

static void line_quote(const struct line *line)
{
	data_quote(line->text, line->record->raw.data, line->record->raw.length,
		   &line->view->style);
}

/* A string that came with its NUL. */
static void line_sysctl(const struct line *line)
{
	const char *name = (const char *)line->record->raw.data;

	data_quote(line->text, name, strnlen(name, line->record->raw.length),
		   &line->view->style);
}

static void line_strings(const struct line *line)
{
	data_quote_list(line->text, line->record->raw.data,
			line->record->raw.length, &line->view->style);
}

/* With -n it is a structure like others. */
static bool line_is_stack(const struct line *line)
{
	return stacks_is_one(line->record) && !line->view->plain;
}

/* What stands behind the tag. */
static void line_body(const struct line *line)
{
	switch (line->record->kind) {
	case KTR_SYSCALL:
		line_syscall(line);
		break;
	case KTR_SYSRET:
		line_sysret(line);
		break;
	case KTR_NAMEI:
		line_quote(line);
		break;
	case KTR_GENIO:
		line_genio(line);
		break;
	case KTR_PSIG:
		line_psig(line);
		break;
	case KTR_CSW:
		line_csw(line);
		break;
	case KTR_USER:
		line_user(line);
		break;
	case KTR_STRUCT:
	case KTR_STRUCT_ARRAY:
		if (line_is_stack(line)) {
			line_stack_head(line->text, line->record,
					&line->view->style);
			break;
		}
		structure_put(line->text, line->record,
			      state_abi(line->state, line->record),
			      &line->view->style);
		break;
	case KTR_SYSCTL:
		line_sysctl(line);
		break;
	case KTR_CAPFAIL:
		name_violation(line->text, line->record->capfail.type);
		break;
	case KTR_FAULT:
		line_fault(line);
		break;
	case KTR_FAULTEND:
		name_fault_result(line->text, line->record->faultend.result);
		break;
	case KTR_ARGS:
	case KTR_ENVS:
		line_strings(line);
		break;
	}
}

/* The lines below it, for records that carry data. */
static void line_data(const struct line *line)
{
	const struct record *record = line->record;
	const struct data_style *style = &line->view->style;
	size_t most = line->view->data_max ? line->view->data_max : SIZE_MAX;

	if (line->view->no_data)
		return;
	if (line_is_stack(line))
		line_stack_frames(line->text, line->state->stacks, record,
				  style);
	else if (record->kind == KTR_GENIO)
		data_dump(line->text, record->genio.data,
			  MIN(record->genio.length, most), style);
	else if (structure_is_opaque(record, state_abi(line->state, record)))
		data_hexdump(line->text, record->structure.data,
			     MIN(record->structure.length, most), style);
}

bool line_has(const struct record *record)
{
	return record->kind != KTR_PROCCTOR && record->kind != KTR_PROCDTOR;
}

void line_put_body(struct text *text, const struct view *view,
		   const struct state *state, const struct record *record)
{
	const struct line line = {
		.text = text,
		.view = view,
		.state = state,
		.record = record,
	};

	line_body(&line);
}

void line_put(struct text *text, const struct view *view,
	      const struct state *state, const struct record *record)
{
	struct line line = {
		.text = text,
		.view = view,
		.state = state,
		.record = record,
	};

	column_put(text, view, state, record);
	line_body(&line);
	text_char(text, '\n');
	line_data(&line);
}

void line_put_drop(struct text *text, const struct view *view,
		   const struct record *record)
{
	column_put_origin(text, view, record);
	text_put(text, "Events dropped.\n");
}

void line_put_cut(struct text *text, const struct view *view,
		  const struct record *entry)
{
	column_put_origin(text, view, entry);
	text_put(text, "More was captured.\n");
}
