/*
 * Stacks. Must not change anything of a thread.
 */
#include "supervisor/stack.h"
#include "supervisor/scribe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <ktrace-u/format.h>

#include "supervisor/state.h"
#include "tracee/memory.h"
#include "unwind/unwind.h"

#define STACK_FRAME_MAX    32 /* bytes of a frame in the record, at most */
#define STACK_DEPTH_ROOM   (SCRIBE_FIELDS_MAX / STACK_FRAME_MAX)
#define STACK_READ_MAX     MEMORY_PIECES_MAX
#define STACK_BUILD_ID_MAX 64

_Static_assert(UNWIND_DEPTH_MAX <= STACK_DEPTH_ROOM, "a stack fits a record");
_Static_assert((unsigned)UNWIND_REGISTERS_MAX == TRACEE_REGISTERS_MAX,
	       "registers fit");

/* ---- what is written ---- */

/* Which file it is. */
static void put_who(struct fields_writer *fields, const struct unwind_map *map)
{
	char digits[2 * STACK_BUILD_ID_MAX + 1];
	size_t length = map->build_id_length;

	if (!length && map->is_elf && map->file_size >= 0) {
		fields_number(fields, "size", map->file_size);
		fields_number(fields, "changed_ns", map->file_changed_ns);
	}
	if (!length || length > STACK_BUILD_ID_MAX)
		return;
	for (size_t i = 0; i < length; i++)
		snprintf(digits + 2 * i, 3, "%02x", map->build_id[i]);
	fields_string(fields, "build_id", digits);
}

static void put_mapping(struct task *task, struct unwind_map *map)
{
	struct fields_writer *fields = scribe_fields(task->process->session,
						     task, KTR_STRUCT_MAPPING);

	if (!fields)
		return;
	fields_number(fields, "start", (int64_t)map->start);
	fields_number(fields, "end", (int64_t)map->end);
	fields_number(fields, "offset", (int64_t)map->offset);
	if (map->is_elf)
		fields_number(fields, "bias", (int64_t)map->bias);
	put_who(fields, map);
	fields_string(fields, "path", map->path);
	scribe_fields_end(task->process->session);
	map->is_told = true;
}

static void put_mappings(struct task *task, const struct unwind_stack *stack,
			 unsigned first)
{
	for (unsigned i = first; i < stack->count; i++) {
		/* A return address may be just behind what called last. */
		uint64_t pc = stack->frames[i].pc - (i > 0);
		struct unwind_map *map = unwind_space_map(task->process->space,
							  pc);

		if (map && !map->is_told)
			put_mapping(task, map);
	}
}

static void put_stack(struct task *task, const struct unwind_stack *stack,
		      unsigned first)
{
	struct fields_writer *fields;

	put_mappings(task, stack, first);
	fields = scribe_fields(task->process->session, task, KTR_STRUCT_STACK);
	if (!fields)
		return;
	fields_string(fields, "end", unwind_end_name(stack->end));
	for (unsigned i = first; i < stack->count; i++)
		if (stack->frames[i].is_signal)
			fields_number(fields, "signal", i - first);
	for (unsigned i = first; i < stack->count; i++)
		fields_number(fields, "pc", (int64_t)stack->frames[i].pc);
	scribe_fields_end(task->process->session);
}

/* ---- how it is taken ---- */

static size_t read_some(void *context, uint64_t address, void *to,
			size_t length)
{
	struct memory_piece piece = { .address = address,
				      .to = to,
				      .length = (uint32_t)length };
	struct task *task = context;
	int r = memory_read(task->tid, &piece, 1);

	if (r == -EPERM || r == -ENOSYS)
		task->process->unreadable = true;
	return r < 0 ? 0 : piece.got;
}

/* The process's space, made when it is wanted first; NULL: out of memory. */
static struct unwind_space *space_of(struct supervisor *supervisor,
				     struct process *process)
{
	if (!supervisor->unwind && unwind_open(&supervisor->unwind) < 0)
		return NULL;
	if (!process->space)
		process->space = unwind_space_new(supervisor->unwind);
	return process->space;
}

/* Whether all that may change its maps is seen. */
static bool sees_maps(const struct supervisor *supervisor,
		      const struct process *process)
{
	if (process->shares_memory)
		return false;
	return process->is_filtered ? supervisor->filter_sees_maps
				    : process->plan->stops_calls;
}

static void say_unreadable(struct task *task)
{
	if (task->process->stack_told)
		return;
	task->process->stack_told = true;
	scribe_coverage(task->process->session, task, "stack",
			"the kernel does not let us read the program");
}

static int take_stack(struct supervisor *supervisor, struct task *task,
		      bool is_call, struct unwind_stack *ret)
{
	struct unwind_space *space = space_of(supervisor, task->process);
	const struct unwind_memory memory = { .context = task,
					      .read = read_some };
	struct tracee_registers at;
	struct unwind_registers registers;
	int r;

	if (!space)
		return -ENOMEM;
	if (!sees_maps(supervisor, task->process))
		unwind_space_forget(space);
	r = tracee_registers(task->tid, &at);
	if (r < 0)
		return r;
	registers.count = at.count;
	registers.is_narrow = at.is_narrow;
	registers.is_behind = is_call;
	memcpy(registers.value, at.value, sizeof(at.value));
	r = unwind_stack(space, task->tid, &memory, &registers,
			 UNWIND_DEPTH_DEFAULT, ret);
	if (!sees_maps(supervisor, task->process))
		unwind_space_forget(space);
	return r;
}

static void stack_record(struct supervisor *supervisor, struct task *task,
			 bool is_call, bool is_inside)
{
	struct unwind_stack *stack = &supervisor->stack;
	unsigned first = 0;
	int r = take_stack(supervisor, task, is_call, stack);

	if (r == -EACCES || r == -EPERM || (!r && task->process->unreadable)) {
		say_unreadable(task);
		return;
	}
	if (r < 0 && r != -ESRCH)
		scribe_coverage(task->process->session, task, "stack",
				strerror(-r));
	if (r < 0)
		return;
	if (is_inside && stack->count > 2 && stack->frames[1].is_signal)
		first = 2;
	put_stack(task, stack, first);
}

/* ---- when ---- */

static bool wants_call(const struct plan *plan, const struct capture_call *call)
{
	return select_has(&plan->wish.stacks.calls, call->row) ||
	       (call->inner &&
		select_has(&plan->wish.stacks.calls, call->inner->row));
}

void stack_at_call(struct supervisor *supervisor, struct task *task)
{
	if (wants_call(task->process->plan, &task->call))
		stack_record(supervisor, task, true, false);
}

void stack_at_signal(struct supervisor *supervisor, struct task *task,
		     int signal_number, bool is_inside)
{
	const struct plan *plan = task->process->plan;

	if (plan && plan->wish.stacks.signals >> (signal_number - 1) & 1)
		stack_record(supervisor, task, false, is_inside);
}

/* ---- what is mapped ---- */

bool stack_is_on_maps(const struct sysdesc_row *row)
{
	return row->effect == EFFECT_MAP || row->effect == EFFECT_PROTECT ||
	       row->effect == EFFECT_UNMAP || row->effect == EFFECT_REMAP;
}

/*
 * What becomes executable is new, and so may be what i386's first mmap(2) maps,
 * whose arguments are in memory; a child of a vfork had our memory until now.
 */
static bool may_be_anywhere(const struct capture_call *call)
{
	switch (call->row->effect) {
	case EFFECT_MAP:
		return call->row->narg < 6 || (call->args[2] & PROT_EXEC);
	case EFFECT_PROTECT:
		return call->args[2] & PROT_EXEC;
	case EFFECT_SPAWN:
	case EFFECT_SPAWN3:
		return true;
	default:
		return false;
	}
}

void stack_at_exit(struct task *task)
{
	struct unwind_space *space = task->process->space;
	const struct capture_call *call = &task->call;

	if (!space || !call->row)
		return;
	if (may_be_anywhere(call)) {
		unwind_space_forget(space);
		return;
	}
	if (call->row->effect == EFFECT_MAP)
		unwind_space_changed(space, (uint64_t)call->result,
				     call->args[1]);
	if (call->row->effect == EFFECT_REMAP)
		unwind_space_changed(space, (uint64_t)call->result,
				     call->args[2]);
	if (call->row->effect == EFFECT_REMAP ||
	    call->row->effect == EFFECT_UNMAP ||
	    call->row->effect == EFFECT_PROTECT)
		unwind_space_changed(space, call->args[0], call->args[1]);
}

void stack_forget(struct process *process)
{
	unwind_space_free(process->space);
	process->space = NULL;
	process->shares_memory = false;
	process->stack_told = false;
}

void stack_untell(struct process *process)
{
	if (process->space)
		unwind_space_untell(process->space);
}

void stack_close(struct supervisor *supervisor)
{
	unwind_close(supervisor->unwind);
	supervisor->unwind = NULL;
}
