/*
 * Commands of ioctl and fcntl, and calls that are about the kernel -> facts.
 */
#include <string.h>

#include <sys/ipc.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "sysdesc/constant.h"
#include "sysdesc/deeds.h"
#include "sysdesc/sets.h"

/* By the command's own name. */
static int take_asked(struct deed *deed)
{
	const struct sysdesc_row *row = deed->row;
	unsigned index = 0;
	const struct sysdesc_constant *command;

	while (index < row->narg && row->arg[index].kind != KIND_CMD)
		index++;
	if (index == row->narg)
		return 0;
	command = sysdesc_constant(
	    sysdesc_set((enum sysdesc_flagset)row->arg[index].set),
	    deed->call->abi, (uint32_t)deed->call->args[index]);
	return deed_add_string(deed, VERB_KERNEL, FACT_KERNEL,
			       command ? command->name : row->name);
}

/* What of a clock is set; those that only ask set nothing. */
static bool asks_clock(const struct deed *deed)
{
	struct record part;
	uint32_t modes = UINT32_MAX;

	for (unsigned i = 0; i < deed->call->part_count; i++)
		if (call_part(deed->call, i, &part) &&
		    record_is_struct(&part, "timex") &&
		    part.structure.length >= sizeof(modes)) {
			memcpy(&modes, part.structure.data, sizeof(modes));
			break;
		}
	return modes == 0;
}

/* Nobody else finds what has no key. */
static bool is_private(const struct deed *deed)
{
	const struct sysdesc_arg *key = &deed->row->arg[0];

	return deed->row->narg && key->kind == KIND_ENUM &&
	       key->set == FLAGSET_IPC_KEY &&
	       (uint32_t)deed->call->args[0] == IPC_PRIVATE;
}

int deed_kernel(struct deed *deed)
{
	if (!(deed->row->classes & CLASS_KERNEL) || asks_clock(deed) ||
	    is_private(deed))
		return 0;
	return deed_add_string(deed, VERB_KERNEL, FACT_KERNEL, deed->row->name);
}

int deed_command(struct deed *deed)
{
	enum deeds_command command = deed->call->entry.system == RECORD_LINUX
					 ? deeds_command(deed->row,
							 deed->call->args)
					 : DEEDS_NO_COMMAND;

	switch (command) {
	case DEEDS_KERNEL:
		return take_asked(deed);
	case DEEDS_CHANGE:
		return deed_changed(deed, 0);
	case DEEDS_OWNER:
		return deed_owner(deed);
	case DEEDS_NO_COMMAND:
		break;
	}
	return 0;
}
