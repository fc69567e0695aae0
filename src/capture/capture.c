/*
 * SYSCALL and SYSRET, and the order in which the rest of a call's records come.
 * No call is known by name here: rows and argument kinds decide everything.
 */
#include "capture/capture.h"

#include "capture/capture_private.h"

/* "syscall_number" NUL "number:-9223372036854775808" NUL */
#define NUMBER_ROOM 48

static bool has_path(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_PATH)
			return true;
	return false;
}

/* What it opens may be a setting of the kernel: who is told its path knows. */
static bool wants_names(const struct sysdesc_row *row, uint32_t facilities)
{
	uint32_t wanted = KTRFAC(KTR_NAMEI);

	if (row->result == RESULT_FD)
		wanted |= KTRFAC(KTR_SYSCTL);
	return (facilities & wanted) && has_path(row);
}

bool capture_row_moves(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (capture_moves(&row->arg[i]))
			return true;
	return false;
}

unsigned capture_needs(const struct sysdesc_row *row, uint32_t facilities)
{
	unsigned needs = 0;

	if (facilities & KTRFAC(KTR_SYSCALL))
		needs |= CAPTURE_AT_ENTRY;
	if (facilities & KTRFAC(KTR_SYSRET))
		needs |= CAPTURE_AT_EXIT;
	if (!row)
		return needs;
	if (wants_names(row, facilities))
		needs |= CAPTURE_AT_ENTRY;
	if ((facilities & KTRFAC(KTR_SYSCTL)) && row->result == RESULT_FD &&
	    has_path(row))
		needs |= CAPTURE_AT_EXIT;
	if ((facilities & KTRFAC(KTR_GENIO)) && capture_row_moves(row))
		needs |= CAPTURE_AT_EXIT;
	if ((facilities & KTRFAC(KTR_GENIO)) && capture_inner_moves(row))
		needs |= CAPTURE_AT_ENTRY | CAPTURE_AT_EXIT;
	if (facilities & CAPTURE_STRUCTS)
		needs |= capture_struct_needs(row) | capture_inner_structs(row);
	if ((facilities & (KTRFAC(KTR_ARGS) | KTRFAC(KTR_ENVS))) &&
	    row->effect == EFFECT_EXEC)
		needs |= CAPTURE_AT_EXIT;
	if ((facilities & KTRFAC(KTR_USER)) && row->effect == EFFECT_UTRACE)
		needs |= CAPTURE_AT_ENTRY;
	return needs;
}

/* In decimal, without a NUL; how long it is. */
static size_t put_decimal(uint8_t *to, int64_t value)
{
	uint8_t digits[20];
	uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
	size_t count = 0;
	size_t length = 0;

	do {
		digits[count++] = (uint8_t)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		to[length++] = '-';
	while (count > 0)
		to[length++] = digits[--count];
	return length;
}

static void put_number(int64_t number, const struct capture_sink *sink)
{
	uint8_t *room = sink->reserve(sink->context, KTR_STRUCT, NUMBER_ROOM);
	size_t length;

	if (!room)
		return;
	length = capture_put_text(room, KTR_STRUCT_SYSCALL_NUMBER);
	room[length++] = 0;
	length += capture_put_text(room + length, "number:");
	length += put_decimal(room + length, number);
	room[length++] = 0;
	sink->commit(sink->context, length);
}

/*
 * The code of the records of a call. KTR_CODE_WIDE is itself no call's code:
 * the number -1 has to be told apart from the wide ones.
 */
static int16_t put_code(int64_t number, const struct capture_sink *sink)
{
	if (number >= INT16_MIN && number <= INT16_MAX &&
	    number != KTR_CODE_WIDE)
		return (int16_t)number;
	put_number(number, sink);
	return KTR_CODE_WIDE;
}

static void put_syscall(const struct capture_call *call,
			const struct capture_sink *sink)
{
	unsigned narg = call->row ? call->row->narg : KTR_NARG_MAX;
	size_t length = sizeof(struct ktr_syscall) + narg * sizeof(uint64_t);
	struct ktr_syscall head = {
		.code = put_code(call->number, sink),
		.narg = (int16_t)narg,
	};
	uint8_t *room = sink->reserve(sink->context, KTR_SYSCALL, length);
	uint64_t value;

	if (!room)
		return;
	__builtin_memcpy(room, &head, sizeof(head));
	for (unsigned i = 0; i < narg; i++) {
		value = capture_argument(call, i);
		__builtin_memcpy(room + sizeof(head) + i * sizeof(value),
				 &value, sizeof(value));
	}
	sink->commit(sink->context, length);
}

void capture_entry(const struct capture_policy *policy,
		   struct capture_call *call,
		   const struct capture_memory *memory,
		   const struct capture_sink *sink)
{
	const struct capture_job job = { policy, call, memory, sink };

	call->unread_paths = 0;
	if (capture_wants(policy, KTR_SYSCALL))
		put_syscall(call, sink);
	if (call->row && wants_names(call->row, policy->facilities))
		capture_path_entry(&job);
	if (call->row && (policy->facilities & CAPTURE_STRUCTS))
		capture_struct_entry(&job);
	if (call->inner)
		capture_inner_entry(&job);
}

void capture_exit(const struct capture_policy *policy,
		  struct capture_call *call,
		  const struct capture_memory *memory,
		  const struct capture_sink *sink)
{
	const struct capture_job job = { policy, call, memory, sink };
	bool is_exec;

	if (!call->row)
		return;
	is_exec = call->row->effect == EFFECT_EXEC;
	/* After an exec that worked, memory is that of another program. */
	if (is_exec && !call->failed)
		return;
	if (call->unread_paths != 0)
		capture_path_exit(&job);
	if (is_exec)
		capture_vector_exit(&job);
	if (policy->facilities & CAPTURE_STRUCTS)
		capture_struct_exit(&job);
	if (call->failed || call->result < 0)
		return;
	if (capture_wants(policy, KTR_GENIO))
		capture_bytes_exit(&job);
	if (call->inner)
		capture_inner_exit(&job);
}

void capture_return(const struct capture_policy *policy,
		    const struct capture_call *call, int32_t error,
		    const struct capture_sink *sink)
{
	struct ktr_sysret sysret = {
		.error = error,
		.retval = error != 0 ? 0 : call->result,
	};
	uint8_t *room;

	if (!capture_wants(policy, KTR_SYSRET))
		return;
	sysret.code = put_code(call->number, sink);
	room = sink->reserve(sink->context, KTR_SYSRET, sizeof(sysret));
	if (!room)
		return;
	__builtin_memcpy(room, &sysret, sizeof(sysret));
	sink->commit(sink->context, sizeof(sysret));
}
