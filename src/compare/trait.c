/*
 * What is told of a call: what it is, what became of each path, where sockets
 * lead, how it failed. Must not compare.
 */
#include "compare/trait.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "compare/program.h"
#include "compare/socket.h"
#include "compare/stable.h"
#include "decode/name.h"
#include "foreign/system.h"
#include "join/call.h"
#include "join/descriptor.h"
#include "join/use.h"
#include "trace/fields.h"
#include "trace/record.h"

/* A call that traits are made of. */
struct telling {
	struct traits *traits;
	const struct trait_source *source;
	const struct call *call;
	bool told; /* its result, of something that it was about */
};

static struct trait_part part_of(const struct text *text)
{
	return (struct trait_part){ text->data, text->length };
}

static struct trait_part part(const char *string)
{
	return (struct trait_part){ string, strlen(string) };
}

static int add(struct traits *traits, const struct trait_source *source,
	       struct trait trait)
{
	trait.count[source->trace] = 1;
	return traits_add(traits, &trait);
}

static void put_stable(const struct telling *telling, struct text *text,
		       const void *data, size_t length)
{
	const struct program *program = telling->source->program;

	stable_put(text, data, length, telling->call->entry.pid,
		   program ? program->ppid : 0);
}

/* ---- how it went ---- */

/* Whether one run more would have given the same, for all that is known. */
static bool is_by_chance(int error)
{
	return error < 0 || error == EINTR || error == EAGAIN ||
	       error == ETIMEDOUT;
}

static bool worked(const struct call *call)
{
	return call->has_returned &&
	       (!call->exit.sysret.error ||
		call->exit.sysret.error == KTR_EJUSTRETURN);
}

/* What it gave, about something. */
static int tell_result(struct telling *telling, struct trait_part object)
{
	const struct call *call = telling->call;
	int error = call->exit.sysret.error;
	struct trait trait = {
		.group = TRAIT_RESULT,
		.who = part(call->row->name),
		.what = object,
	};
	char number[16];

	telling->told = true;
	if (!call->has_returned || (is_by_chance(error) && !worked(call)))
		return 0;
	trait.outcome = part(TRAIT_WORKED);
	if (!worked(call)) {
		const char *name = system_errno_name(call->entry.system, error);

		snprintf(number, sizeof(number), "%d", error);
		trait.outcome = part(name ?: number);
	}
	return add(telling->traits, telling->source, trait);
}

/* ---- files ---- */

#define LOOKED (USED_ASKED | USED_ENTERED | USED_LINKED | USED_MOUNTED)

static const struct use {
	unsigned bits;
	const char *name;
} uses[] = {
	{ LOOKED, "looked at" },     { USED_READ, "read" },
	{ USED_WRITTEN, "written" }, { USED_MADE | USED_ENSURED, "created" },
	{ USED_REMOVED, "removed" }, { USED_CHANGED, "changed" },
	{ USED_RAN, "executed" },
};

static int tell_uses(const struct telling *telling, struct trait_part path,
		     unsigned bits)
{
	struct trait trait = { .group = TRAIT_FILE, .what = path };
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_LEN(uses); i++) {
		if (!(bits & uses[i].bits))
			continue;
		trait.outcome = part(uses[i].name);
		r = add(telling->traits, telling->source, trait);
	}
	return r;
}

/* A path as the program gave it. */
static bool find_given(const struct call *call, unsigned index,
		       struct trait_part *ret)
{
	struct record record;
	unsigned left = 0;

	for (unsigned i = 0; i < index; i++)
		left += call->row->arg[i].kind == KIND_PATH;
	for (unsigned i = 0; i < call->part_count; i++) {
		if (call->parts[i].record.kind != KTR_NAMEI || left-- > 0 ||
		    !call_part(call, i, &record))
			continue;
		*ret = (struct trait_part){ (const char *)record.raw.data,
					    record.raw.length };
		return true;
	}
	return false;
}

/* What became of the file; an empty path is but another form of a descriptor.
 */
static unsigned uses_of(const struct call *call, unsigned index,
			const struct trait_part *given)
{
	unsigned used = use_of(call, index);

	return given->length > 0 ? used : used & ~(unsigned)LOOKED;
}

/* Where it led; as it was given, where nobody says. */
static int tell_path(struct telling *telling, unsigned index)
{
	const struct call *call = telling->call;
	_cleanup_(text_done) struct text name = TEXT_INIT;
	struct trait_part given, path;

	if (!find_given(call, index, &given))
		return 0;
	if (!call_path(call, index, &path.data, &path.length))
		path = given;
	if (path.length == 0)
		return 0;
	put_stable(telling, &name, path.data, path.length);
	if (name.failed)
		return -ENOMEM;
	return tell_uses(telling, part_of(&name), uses_of(call, index, &given))
		   ?: tell_result(telling, part_of(&name));
}

/* Bytes that went through a descriptor of a file, however it came by it. */
static int tell_descriptor(struct telling *telling, unsigned index)
{
	const struct descriptor_name *descriptor = telling->call->names[index];
	_cleanup_(text_done) struct text name = TEXT_INIT;
	int64_t moved = use_moved(telling->call, index);
	int r = 0;

	if (!descriptor || descriptor->text[0] != '/')
		return 0;
	put_stable(telling, &name, descriptor->text, descriptor->length);
	if (name.failed)
		return -ENOMEM;
	if (moved)
		r = tell_uses(telling, part_of(&name),
			      moved > 0 ? USED_READ : USED_WRITTEN);
	return r ?: tell_result(telling, part_of(&name));
}

/* ---- sockets ---- */

static int tell_endpoint(struct telling *telling, const struct record *record,
			 enum socket_role role)
{
	const struct program *program = telling->source->program;
	_cleanup_(text_done) struct text name = TEXT_INIT;
	struct trait trait = {
		.group = TRAIT_ADDRESS,
		.outcome = part(telling->call->row->name),
	};

	socket_put(&name, record, role, program ? program->ppid : 0);
	if (name.failed)
		return -ENOMEM;
	if (name.length == 0)
		return 0;
	trait.what = part_of(&name);
	return add(telling->traits, telling->source, trait)
		   ?: tell_result(telling, trait.what);
}

static int tell_endpoints(struct telling *telling)
{
	enum socket_role role = socket_role(telling->call->row);
	struct record record;
	int r = 0;

	for (unsigned i = 0; !r && i < telling->call->part_count; i++)
		if (role != SOCKET_NONE &&
		    call_part(telling->call, i, &record) &&
		    record_is_struct(&record, "sockaddr"))
			r = tell_endpoint(telling, &record, role);
	return r;
}

/* ---- programs ---- */

static struct trait_part name_of(const struct trait_source *source)
{
	if (source->program && source->program->name.length > 0)
		return part_of(&source->program->name);
	return part("?");
}

/* Whether threads meet in a futex is chance. */
static int tell_call(const struct telling *telling)
{
	const struct call *call = telling->call;
	_cleanup_(text_done) struct text name = TEXT_INIT;

	if (call->row && (call->row->classes & CLASS_FUTEX))
		return 0;
	name_syscall(&name, call->abi, call->number, false);
	if (!sysdesc_abi_is_first(call->abi))
		text_format(&name, " (%s)", system_abi_name(call->abi));
	if (name.failed)
		return -ENOMEM;
	return add(telling->traits, telling->source,
		   (struct trait){ .group = TRAIT_CALL,
				   .who = name_of(telling->source),
				   .what = part_of(&name) });
}

static int tell_program(struct traits *traits,
			const struct trait_source *source)
{
	if (!source->program)
		return 0;
	return add(traits, source,
		   (struct trait){ .group = TRAIT_PROGRAM,
				   .who = part_of(&source->program->chain),
				   .what = part_of(&source->program->words) });
}

static int tell_argument(struct telling *telling, unsigned index)
{
	switch (telling->call->row->arg[index].kind) {
	case KIND_PATH:
		return tell_path(telling, index);
	case KIND_FD:
		return tell_descriptor(telling, index);
	default:
		return 0;
	}
}

int trait_add_call(struct traits *traits, const struct trait_source *source,
		   const struct call *call)
{
	struct telling telling = { traits, source, call, false };
	unsigned count = call->row ? MIN(call->arg_count, call->row->narg) : 0;
	int r = tell_call(&telling);

	if (r || !call->row)
		return r;
	for (unsigned i = 0; !r && i < count; i++)
		r = tell_argument(&telling, i);
	if (!r)
		r = tell_endpoints(&telling);
	if (!r && !telling.told)
		r = tell_result(&telling, part(""));
	if (!r && call->row->effect == EFFECT_EXEC && worked(call))
		r = tell_program(traits, source);
	return r;
}

/* ---- ends ---- */

static bool find_number(const struct record *record, const char *name,
			int64_t *ret)
{
	return fields_find_number(record->structure.data,
				  record->structure.length, name, ret);
}

static int tell_end(struct traits *traits, const struct trait_source *source,
		    const struct record *record)
{
	_cleanup_(text_done) struct text end = TEXT_INIT;
	int64_t number = 0;

	if (find_number(record, "signal", &number)) {
		text_put(&end, "killed by ");
		name_signal(&end, record->system, (int)number);
	} else if (find_number(record, "status", &number)) {
		text_format(&end, "exit %lld", (long long)number);
	} else {
		return 0;
	}
	if (end.failed)
		return -ENOMEM;
	return add(traits, source,
		   (struct trait){ .group = TRAIT_END,
				   .who = part_of(&source->program->chain),
				   .what = part_of(&source->program->words),
				   .outcome = part_of(&end) });
}

int trait_add_record(struct traits *traits, const struct trait_source *source,
		     const struct record *record)
{
	if (!source->program)
		return 0;
	if (record->kind == KTR_ARGS)
		return tell_program(traits, source);
	if (record_is_struct(record, KTR_STRUCT_EXIT_STATUS))
		return tell_end(traits, source, record);
	return 0;
}
