/* Rows and flags -> what was done. Knows no call by its name. */
#include "join/use.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <sys/mman.h>

#include "join/call.h"
#include "sysdesc/sets.h"

/* Bits that have one value on all machines. */
#define UNNAMED   (O_TMPFILE & ~O_DIRECTORY)
#define PATH_ONLY 010000000u

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

/* By the flags among the arguments, or those of a structure. */
static unsigned of_open(const struct call *call)
{
	struct record part;
	uint64_t flags;

	for (unsigned i = 0; i < call->row->narg; i++)
		if (call->row->arg[i].kind == KIND_FLAGS &&
		    call->row->arg[i].set == FLAGSET_OPEN)
			return of_flags(call->args[i]);
	for (unsigned i = 0; i < call->part_count; i++)
		if (call_part(call, i, &part) &&
		    record_is_struct(&part, "open_how") &&
		    part.structure.length >= sizeof(flags)) {
			memcpy(&flags, part.structure.data, sizeof(flags));
			return of_flags(flags);
		}
	return USED_ASKED;
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
		[USE_MOUNT] = USED_MOUNTED,
	};

	return use == USE_OPEN ? of_open(call) : by_use[use];
}

/* A program that replaces another has other registers, and no result. */
static bool has_failed(const struct call *call)
{
	return call->exit.sysret.error &&
	       call->exit.sysret.error != KTR_EJUSTRETURN;
}

unsigned use_of(const struct call *call, unsigned index)
{
	const struct sysdesc_arg *arg = &call->row->arg[index];

	if (!call->has_returned || has_failed(call))
		return 0;
	if (arg->kind == KIND_FD && maps_to_run(call))
		return USED_MAPPED;
	if (arg->kind != KIND_PATH && arg->kind != KIND_FD)
		return 0;
	return of_row(call, (enum sysdesc_use)arg->set);
}
