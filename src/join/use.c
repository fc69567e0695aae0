/* Rows and flags -> what was done. Knows no call by its name. */
#include "join/use.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <sys/mman.h>

#include "foreign/system.h"
#include "join/call.h"
#include "sysdesc/sets.h"

/* Bits that have one value on all machines. */
#define UNNAMED   (O_TMPFILE & ~O_DIRECTORY)
#define PATH_ONLY 010000000u
#define MODE_BITS 07777u
#define BSD_CREAT 0x200u
#define BSD_TRUNC 0x400u
#define BSD_EXCL  0x800u

static const struct {
	const char *name;
	char letter;
} words[USED_BITS] = {
	{ "asked", '?' },   { "read", 'r' },    { "written", 'w' },
	{ "made", 'c' },    { "ensured", 'o' }, { "removed", 'd' },
	{ "renamed", 'n' }, { "linked", 'l' },  { "ran", 'x' },
	{ "mapped", 'm' },  { "changed", 'a' }, { "entered", 'e' },
	{ "mounted", 'M' },
};

const char *use_name(unsigned bit)
{
	return words[bit].name;
}

char use_letter(unsigned bit)
{
	return words[bit].letter;
}

static unsigned of_flags(uint64_t flags)
{
	static const unsigned by_mode[] = {
		[O_RDONLY] = USED_READ,
		[O_WRONLY] = USED_WRITTEN,
		[O_RDWR] = USED_READ | USED_WRITTEN,
		[O_ACCMODE] = 0,
	};
	unsigned use = by_mode[flags & O_ACCMODE];

	if (flags & PATH_ONLY)
		return USED_ASKED;
	/* It is in the directory, but has no name there. */
	if (flags & UNNAMED)
		return USED_ASKED;
	if (flags & O_TRUNC)
		use |= USED_WRITTEN;
	if (flags & O_CREAT)
		use |= flags & O_EXCL ? USED_MADE : USED_ENSURED;
	return use;
}

static uint64_t mode_of(const struct call *call)
{
	for (unsigned i = 0; i < call->row->narg && i < call->arg_count; i++)
		if (call->row->arg[i].kind == KIND_MODE)
			return call->args[i] & MODE_BITS;
	return 0;
}

/* struct open_how: flags, then mode. */
static bool find_how(const struct call *call, uint64_t *ret_flags,
		     uint64_t *ret_mode)
{
	struct record part;
	uint64_t how[2];

	for (unsigned i = 0; i < call->part_count; i++) {
		if (!call_part(call, i, &part) ||
		    !record_is_struct(&part, "open_how") ||
		    part.structure.length < sizeof(how))
			continue;
		memcpy(how, part.structure.data, sizeof(how));
		*ret_flags = how[0];
		*ret_mode = how[1];
		return true;
	}
	return false;
}

/* The BSDs have the same for these three. */
static uint64_t linux_flags(const struct call *call, uint64_t flags)
{
	uint64_t same = flags & O_ACCMODE;

	if (system_of(call->abi) == RECORD_LINUX)
		return flags;
	return same | (flags & BSD_CREAT ? O_CREAT : 0) |
	       (flags & BSD_TRUNC ? O_TRUNC : 0) |
	       (flags & BSD_EXCL ? O_EXCL : 0);
}

bool use_flags(const struct call *call, uint64_t *ret_flags, uint64_t *ret_mode)
{
	const struct sysdesc_row *row = call->row;

	if (!row || row->result != RESULT_FD)
		return false;
	for (unsigned i = 0; i < row->narg && i < call->arg_count; i++) {
		if (row->arg[i].kind != KIND_FLAGS ||
		    row->arg[i].set != FLAGSET_OPEN)
			continue;
		*ret_flags = linux_flags(call, call->args[i]);
		*ret_mode = mode_of(call);
		return true;
	}
	return find_how(call, ret_flags, ret_mode);
}

static unsigned of_open(const struct call *call)
{
	uint64_t flags, mode;

	return use_flags(call, &flags, &mode) ? of_flags(flags) : USED_ASKED;
}

static bool maps_to_run(const struct call *call)
{
	return call->row->effect == EFFECT_MAP && call->row->narg > 3 &&
	       call->args[2] & PROT_EXEC && !(call->args[3] & MAP_ANONYMOUS);
}

static unsigned of_row(const struct call *call, enum sysdesc_use use)
{
	static const unsigned by_use[USE_COUNT] = {
		[USE_LOOKUP] = USED_ASKED,
		[USE_CREAT] = USED_WRITTEN | USED_ENSURED,
		[USE_WRITE] = USED_WRITTEN,
		[USE_EXECUTE] = USED_RAN,
		[USE_ENTER] = USED_ENTERED,
		[USE_MAKE] = USED_MADE,
		[USE_REMOVE] = USED_REMOVED,
		[USE_RENAME] = USED_RENAMED | USED_REMOVED,
		[USE_REPLACE] = USED_RENAMED | USED_ENSURED,
		[USE_LINK] = USED_LINKED,
		[USE_CHANGE] = USED_CHANGED,
		[USE_CHANGE_LINK] = USED_CHANGED,
		[USE_MOUNT] = USED_MOUNTED,
	};

	return use == USE_OPEN ? of_open(call) : by_use[use];
}

/* Whether a file was there before, the recorder may have been told. */
static unsigned settled(const struct call *call, unsigned index, unsigned used)
{
	struct call_told told;

	if (used & USED_ENSURED && call_told(call, index, &told) &&
	    told.is_made)
		return (used & ~USED_ENSURED) | USED_MADE;
	return used;
}

/* A program that replaces another has other registers, and no result. */
static bool has_failed(const struct call *call)
{
	return call->exit.sysret.error &&
	       call->exit.sysret.error != KTR_EJUSTRETURN;
}

unsigned use_meant(const struct call *call, unsigned index)
{
	const struct sysdesc_arg *arg = &call->row->arg[index];

	if (arg->kind == KIND_FD && maps_to_run(call))
		return USED_MAPPED;
	if (arg->kind != KIND_PATH && arg->kind != KIND_FD)
		return 0;
	return settled(call, index, of_row(call, (enum sysdesc_use)arg->set));
}

unsigned use_of(const struct call *call, unsigned index)
{
	if (!call->has_returned || has_failed(call))
		return 0;
	return use_meant(call, index);
}

/* ---- bytes ---- */

static bool is_data(const struct sysdesc_arg *arg)
{
	return arg->kind == KIND_BYTES || arg->kind == KIND_IOVEC ||
	       arg->kind == KIND_MSGHDR || arg->kind == KIND_MMSGHDR;
}

/* Whether bytes went there: by the data that the call has, or, of one that has
 * none, since it moves them between two descriptors, by what it calls each. */
static bool is_written(const struct sysdesc_row *row, unsigned index)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (is_data(&row->arg[i]))
			return row->arg[i].direction == DIRECTION_IN;
	return strstr(row->arg[index].name, "out") != NULL;
}

/* Of a call whose result counts messages: what was captured of them. */
static int64_t captured(const struct call *call)
{
	struct record part;
	int64_t sum = 0;

	for (unsigned i = 0; i < call->part_count; i++)
		if (call->parts[i].record.kind == KTR_GENIO &&
		    call_part(call, i, &part))
			sum += (int64_t)part.genio.length;
	return sum;
}

static bool has_messages(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_MMSGHDR)
			return true;
	return false;
}

int64_t use_moved(const struct call *call, unsigned index)
{
	bool is_counted = call->row->result == RESULT_COUNT;
	int64_t moved;

	if (!call->has_returned || call->exit.sysret.error ||
	    !(is_counted || has_messages(call->row)))
		return 0;
	moved = is_counted ? call->exit.sysret.retval : captured(call);
	if (moved < 0)
		return 0;
	return is_written(call->row, index) ? -moved : moved;
}
