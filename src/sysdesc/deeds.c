/* Rows -> whether they matter. Decides nothing about what is recorded. */
#include "sysdesc/deeds.h"

#include <fcntl.h>
#include <stddef.h>

#include <sys/mman.h>

#include "sysdesc/constant.h"
#include "sysdesc/private.h"
#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"

/* What a descriptor is not opened by, or leads to, or a process is not changed
 * by. What stands here is no deed. */
static bool is_deed_by_effect(enum sysdesc_effect effect)
{
	switch (effect) {
	case EFFECT_NONE:
	case EFFECT_SIGACTION:
	case EFFECT_SIGNAL:
	case EFFECT_EXIT:
	case EFFECT_EXIT_GROUP:
	case EFFECT_SIGRETURN:
	case EFFECT_AFFINITY:
	case EFFECT_SLEEP:
	case EFFECT_PROTECT:
	case EFFECT_FAULTS:
	case EFFECT_UNMAP:
	case EFFECT_UTRACE:
		return false;
	case EFFECT_CWD:
	case EFFECT_ROOT:
	case EFFECT_EXEC:
	case EFFECT_SPAWN:
	case EFFECT_SPAWN3:
	case EFFECT_UNSHARE:
	case EFFECT_CREDS:
	case EFFECT_CLOSE:
	case EFFECT_CLOSE_RANGE:
	case EFFECT_DUP:
	case EFFECT_FCNTL:
	case EFFECT_ADDRESS:
	case EFFECT_COMM:
	case EFFECT_SECCOMP:
	case EFFECT_SETNS:
	case EFFECT_RINGS:
	case EFFECT_RENAME:
	case EFFECT_UNLINKAT:
	case EFFECT_PTRACE:
	case EFFECT_MAP:
	case EFFECT_REMAP:
	case EFFECT_ATTACH:
	case EFFECT_SUBMIT:
		break;
	}
	return true;
}

static bool is_deed_by_argument(const struct sysdesc_arg *arg)
{
	switch ((enum sysdesc_kind)arg->kind) {
	case KIND_PATH:
		return true;
	case KIND_FD:
	case KIND_PID:
		return arg->set != USE_NONE;
	case KIND_BLOB:
		return arg->set == BLOB_FD_PAIR;
	default:
		return false;
	}
}

/* Some arguments are a process's only by what another one says. */
static bool is_deed_by_choice(const struct sysdesc_row *row)
{
	unsigned count;
	const struct sysdesc_choice *choices = sysdesc_choices(row, &count);

	for (unsigned i = 0; choices && i < count; i++)
		if (choices[i].kind == KIND_PID)
			return true;
	return false;
}

/* clang-format off */
struct commanded {
	uint32_t value;
	enum deeds_command does;
};
#define COMMANDED_BY(value, does) { value, DEEDS_##does },
#define COMMANDED(row, ...) \
	static const struct commanded commanded_##row[] = { __VA_ARGS__ };
#include "sysdesc/deed.def"
#undef COMMANDED
static const struct {
	const struct commanded *commands;
	unsigned count;
} commanded_by_row[ROW_COUNT] = {
#define COMMANDED(row, ...) \
	[ROW_##row] = { commanded_##row, COUNT_OF(commanded_##row) },
#include "sysdesc/deed.def"
#undef COMMANDED
};
#undef COMMANDED_BY
/* clang-format on */

/* Of a command the kernel looks at no more than an int. */
static uint32_t command_of(const struct sysdesc_row *row, const uint64_t *args)
{
	unsigned i = 0;

	while (i < row->narg && row->arg[i].kind != KIND_CMD)
		i++;
	return i < row->narg ? (uint32_t)args[i] : 0;
}

enum deeds_command deeds_command(const struct sysdesc_row *row,
				 const uint64_t *args)
{
	unsigned index = sysdesc_index(row);
	uint32_t command = command_of(row, args);

	for (unsigned i = 0; i < commanded_by_row[index].count; i++)
		if (commanded_by_row[index].commands[i].value == command)
			return commanded_by_row[index].commands[i].does;
	return DEEDS_NO_COMMAND;
}

static bool has_by_row(const struct sysdesc_row *row)
{
	const uint32_t classes = CLASS_FILE | CLASS_NETWORK | CLASS_KERNEL;

	if (row->classes & classes || row->result == RESULT_FD ||
	    is_deed_by_effect((enum sysdesc_effect)row->effect))
		return true;
	for (unsigned i = 0; i < row->narg; i++)
		if (is_deed_by_argument(&row->arg[i]))
			return true;
	return is_deed_by_choice(row);
}

bool deeds_may_be_none(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < row->narg; i++)
		if ((row->arg[i].kind == KIND_BLOB &&
		     (row->arg[i].set == BLOB_TIMEX ||
		      row->arg[i].set == BLOB_TIMEX64)) ||
		    (row->arg[i].kind == KIND_ENUM &&
		     row->arg[i].set == FLAGSET_IPC_KEY))
			return true;
	return false;
}

bool deeds_is_by_command(const struct sysdesc_row *row)
{
	return commanded_by_row[sysdesc_index(row)].count && !has_by_row(row);
}

bool deeds_has(const struct sysdesc_row *row)
{
	return !row || has_by_row(row) || deeds_is_by_command(row);
}

bool deeds_is_look(const struct sysdesc_row *row)
{
	const uint32_t others = CLASS_NETWORK | CLASS_KERNEL;

	if (!deeds_has(row) || !row || row->classes & others ||
	    row->result == RESULT_FD || row->effect != EFFECT_NONE ||
	    is_deed_by_choice(row))
		return false;
	/* What has a descriptor watch it goes on doing so. */
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_FD ||
		    (is_deed_by_argument(&row->arg[i]) &&
		     row->arg[i].set != USE_LOOKUP))
			return false;
	return true;
}

/* Who maps no file, or not to run it, has opened it before; but what is in
 * memory in common with others can be changed by them. i386's first mmap has
 * its arguments in memory. */
static const struct deeds_exception of_map[] = {
	{ { { 2, PROT_EXEC, 0 }, { 3, MAP_SHARED, 0 } } },
	{ { { 3, MAP_ANONYMOUS | MAP_SHARED, MAP_ANONYMOUS } } },
};

/* F_GETFD to F_GETLK: those between F_DUPFD and what is seldom asked for. */
static const struct deeds_exception of_fcntl[] = {
	{ { { 1, ~0u, F_GETFD } } },
	{ { { 1, ~1u, F_SETFD } } },
	{ { { 1, ~3u, F_SETFL } } },
};
_Static_assert(F_DUPFD == 0 && F_GETFD == 1 && F_SETFD == 2 && F_SETFL == 4,
	       "as in all of Linux's ABIs");

/* Who says how itself runs. */
static const struct deeds_exception of_adjust[] = {
	{ { { 0, ~0u, 0 } } },
};

static bool adjusts(const struct sysdesc_row *row)
{
	return row->effect == EFFECT_NONE && row->narg &&
	       row->arg[0].kind == KIND_PID && row->arg[0].set == USE_ADJUST;
}

const struct deeds_exception *deeds_exceptions(const struct sysdesc_row *row,
					       unsigned *ret_count)
{
	if (row->effect == EFFECT_MAP && row->narg > 3) {
		*ret_count = COUNT_OF(of_map);
		return of_map;
	}
	if (row->effect == EFFECT_FCNTL) {
		*ret_count = COUNT_OF(of_fcntl);
		return of_fcntl;
	}
	if (adjusts(row)) {
		*ret_count = COUNT_OF(of_adjust);
		return of_adjust;
	}
	*ret_count = 0;
	return NULL;
}

static bool is_none(const struct deeds_exception *except, const uint64_t *args)
{
	for (unsigned i = 0; i < DEEDS_PARTS && except->parts[i].mask; i++)
		if (((uint32_t)args[except->parts[i].arg] &
		     except->parts[i].mask) != except->parts[i].value)
			return false;
	return true;
}

bool deeds_has_call(const struct sysdesc_row *row, const uint64_t *args)
{
	unsigned count = 0;
	const struct deeds_exception *except = deeds_exceptions(row, &count);

	for (unsigned i = 0; i < count; i++)
		if (is_none(&except[i], args))
			return false;
	return !deeds_is_by_command(row) || deeds_command(row, args);
}
