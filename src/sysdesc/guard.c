/* Told from what the rows say of arguments and effects. */
#include "sysdesc/guard.h"

#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"

enum guard guard_of(const struct sysdesc_row *row)
{
	if (row->effect == EFFECT_SPAWN3)
		return GUARD_HIDDEN;
	if (row->narg &&
	    (row->effect == EFFECT_SPAWN || row->effect == EFFECT_UNSHARE))
		return GUARD_FLAGS;
	if (row->narg && row->arg[0].kind == KIND_ENUM &&
	    row->arg[0].set == FLAGSET_ADDRESS_FAMILY)
		return GUARD_FAMILY;
	return GUARD_NUMBER;
}
