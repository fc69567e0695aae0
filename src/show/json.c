/*
 * Records as lines of JSON. Every number survives a reader that has doubles
 * alone, every byte string one that has UTF-8 alone. The schema is that of
 * kdump-u(1): a member once there keeps its name and its type.
 */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/constant.h"
#include "decode/layout.h"
#include "decode/name.h"
#include "decode/structure.h"
#include "foreign/system.h"
#include "join/state.h"
#include "show/json.h"
#include "show/json_layout.h"
#include "show/json_stack.h"
#include "show/json_value.h"
#include "show/stacks.h"
#include "show/view.h"
#include "trace/facility.h"
#include "trace/record.h"

#define JSON_VERSION 1

/* What every function here needs. */
struct json {
	struct text *text;
	const struct view *view;
	const struct state *state;
	const struct record *record;
};

static void json_head(struct text *text, const struct record *record,
		      const char *event)
{
	text_char(text, '{');
	text_json_number(text, "v", JSON_VERSION);
	json_value_time(text, "time", record->time_ns);
	json_value_integer(text, "pid", record->pid);
	json_value_integer(text, "tid", record->tid);
	if (record->cpu >= 0)
		json_value_integer(text, "cpu", record->cpu);
	json_value_string(text, "comm", record->comm);
	if (record->system != RECORD_LINUX)
		json_value_string(text, "system", system_name(record->system));
	json_value_string(text, "ev", event);
}

/* The bytes of a record, as far as -m and -s let them out, and their number. */
static void json_data(const struct json *json, const void *data, size_t length)
{
	size_t most = json->view->data_max ? json->view->data_max : SIZE_MAX;

	json_value_integer(json->text, "size", (int64_t)length);
	if (!json->view->no_data)
		text_json_bytes(json->text, "data", data, MIN(length, most));
}

static const struct sysdesc_row *json_call(const struct json *json,
					   int32_t code)
{
	enum sysdesc_abi abi = state_abi(json->state, json->record);
	int64_t number = state_number(json->state, json->record, code);
	const struct sysdesc_row *row = system_call(abi, number);

	if (row)
		json_value_string(json->text, "name", row->name);
	json_value_integer(json->text, "number", number);
	json_value_string(json->text, "abi", system_abi_name(abi));
	return row;
}

/* What the arguments are that have names, by the arguments' own. */
static void json_names(const struct json *json, const struct sysdesc_row *row)
{
	enum sysdesc_abi abi = state_abi(json->state, json->record);
	struct constant constant;
	bool any = false;

	for (unsigned i = 0; i < json->record->syscall.narg; i++) {
		if (!constant_of(json->record, row, abi, i, &constant) ||
		    !constant_is_named(&constant))
			continue;
		if (!any)
			json_value_open(json->text, "names");
		text_put(json->text, any ? "" : "{");
		any = true;
		json_value_open(json->text, row->arg[i].name);
		text_char(json->text, '"');
		constant_put(json->text, &constant, CONSTANT_NAMES);
		text_char(json->text, '"');
	}
	if (any)
		text_char(json->text, '}');
}

static void json_syscall(const struct json *json)
{
	const struct sysdesc_row *row = json_call(json,
						  json->record->syscall.code);

	json_value_open(json->text, "args");
	text_char(json->text, '[');
	for (unsigned i = 0; i < json->record->syscall.narg; i++) {
		if (i > 0)
			text_char(json->text, ',');
		json_value_put_hex(json->text, record_arg(json->record, i));
	}
	text_char(json->text, ']');
	if (!json->view->plain)
		json_names(json, row);
}

const char *json_errno_name(enum record_system system, int error)
{
	switch (error) {
	case KTR_ERESTART:
		return "ERESTART";
	case KTR_EJUSTRETURN:
		return "EJUSTRETURN";
	default:
		return system_errno_name(system, error);
	}
}

static void json_sysret(const struct json *json)
{
	int error = json->record->sysret.error;
	const char *name = json_errno_name(json->record->system, error);

	json_call(json, json->record->sysret.code);
	json_value_integer(json->text, "error", error);
	if (error == 0)
		json_value_integer(json->text, "result",
				   json->record->sysret.retval);
	else if (name)
		json_value_string(json->text, "errno", name);
	if (error == 0 && json->record->sysret.second)
		json_value_integer(json->text, "second",
				   json->record->sysret.second);
}

static void json_genio(const struct json *json)
{
	const struct record *record = json->record;

	json_value_integer(json->text, "fd", record->genio.fd);
	json_value_string(json->text, "dir",
			  record->genio.rw == KTR_GENIO_READ ? "read"
							     : "write");
	json_data(json, record->genio.data, record->genio.length);
}

static void json_psig(const struct json *json)
{
	static const char *const actions[] = { "default", "ignore", "caught" };
	const struct record *record = json->record;
	const char *code;

	json_value_open(json->text, "signal");
	text_char(json->text, '"');
	name_signal(json->text, record->system, record->psig.signo);
	text_char(json->text, '"');
	json_value_integer(json->text, "signo", record->psig.signo);
	json_value_string(json->text, "action",
			  actions[MIN(record->psig.action, UINT64_C(2))]);
	if (record->psig.action > KTR_SIG_IGN)
		json_value_hex(json->text, "handler", record->psig.action);
	json_value_hex(json->text, "mask", record->psig.mask);
	json_value_integer(json->text, "code", record->psig.code);
	code = system_signal_code(record->system, record->psig.signo,
				  record->psig.code);
	if (code)
		json_value_string(json->text, "code_name", code);
}

static void json_csw(const struct json *json)
{
	const struct record *record = json->record;

	text_json_bool(json->text, "out", record->csw.out);
	text_json_bool(json->text, "user", record->csw.user);
	if (record->csw.wmesg)
		text_json_bytes(json->text, "wmesg", record->csw.wmesg,
				record->csw.wmesg_length);
}

static void json_struct(const struct json *json)
{
	const struct record *record = json->record;
	enum sysdesc_abi abi = state_abi(json->state, record);

	json_value_string(json->text, "name", record->structure.name);
	if (structure_is_ours(record)) {
		bool is_whole = json_value_fields(json->text, record);

		if (stacks_is_one(record) && !json->view->plain)
			json_stack_put(json->text, json->state->stacks, record);
		if (is_whole)
			return;
		text_json_bool(json->text, "malformed", true);
	}
	if (record->kind == KTR_STRUCT_ARRAY)
		json_value_integer(json->text, "item_size",
				   (int64_t)record->structure.size);
	if (layout_is_known(record, abi)) {
		json_layout_put(json->text, "value", record, abi,
				json->view->plain);
		return;
	}
	json_data(json, record->structure.data, record->structure.length);
}

static void json_procctor(const struct json *json)
{
	json_value_hex(json->text, "sv_flags", json->record->procctor.sv_flags);
	json_value_string(
	    json->text, "abi",
	    system_abi_name(state_abi(json->state, json->record)));
}

static void json_violation(const struct json *json)
{
	json_value_integer(json->text, "type", json->record->capfail.type);
	json_value_open(json->text, "violation");
	text_char(json->text, '"');
	name_violation(json->text, json->record->capfail.type);
	text_char(json->text, '"');
}

/* A string that came with its NUL. */
static void json_sysctl(const struct json *json)
{
	const char *name = (const char *)json->record->raw.data;

	text_json_bytes(json->text, "name", name,
			strnlen(name, json->record->raw.length));
}

static void json_fault(const struct json *json)
{
	json_value_hex(json->text, "address", json->record->fault.address);
	json_value_integer(json->text, "access", json->record->fault.type);
}

static void json_fault_end(const struct json *json)
{
	json_value_integer(json->text, "result", json->record->faultend.result);
}

static void json_raw(const struct json *json)
{
	if (json->record->kind > KTR_KIND_MAX)
		json_value_integer(json->text, "kind", json->record->kind);
	json_data(json, json->record->raw.data, json->record->raw.length);
}

/* The members that records of one kind have. */
static void json_body(const struct json *json)
{
	const struct record *record = json->record;

	switch (record->kind) {
	case KTR_SYSCALL:
		json_syscall(json);
		break;
	case KTR_SYSRET:
		json_sysret(json);
		break;
	case KTR_NAMEI:
		text_json_bytes(json->text, "path", record->raw.data,
				record->raw.length);
		break;
	case KTR_GENIO:
		json_genio(json);
		break;
	case KTR_PSIG:
		json_psig(json);
		break;
	case KTR_CSW:
		json_csw(json);
		break;
	case KTR_STRUCT:
	case KTR_STRUCT_ARRAY:
		json_struct(json);
		break;
	case KTR_SYSCTL:
		json_sysctl(json);
		break;
	case KTR_PROCCTOR:
		json_procctor(json);
		break;
	case KTR_PROCDTOR:
		break;
	case KTR_CAPFAIL:
		json_violation(json);
		break;
	case KTR_FAULT:
		json_fault(json);
		break;
	case KTR_FAULTEND:
		json_fault_end(json);
		break;
	case KTR_ARGS:
	case KTR_ENVS:
		json_value_strings(json->text, facility_name(record->kind),
				   record->raw.data, record->raw.length);
		break;
	default:
		json_raw(json);
	}
}

void json_put(struct text *text, const struct view *view,
	      const struct state *state, const struct record *record)
{
	struct json json = {
		.text = text,
		.view = view,
		.state = state,
		.record = record,
	};

	json_head(text, record, facility_name(record->kind));
	json_body(&json);
	text_put(text, "}\n");
}

void json_put_drop(struct text *text, const struct record *record)
{
	json_head(text, record, "drop");
	text_put(text, "}\n");
}

void json_put_cut(struct text *text, const struct record *entry)
{
	json_head(text, entry, "cut");
	text_put(text, "}\n");
}
