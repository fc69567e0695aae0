/* Sets of rows, an ABI each. */
#include "audit/census.h"

#include <errno.h>

#include "join/call.h"
#include "sysdesc/sets.h"

void census_begin(struct census *census, bool has_all)
{
	census->was_told_all = has_all && (census->in_sessions == 0 ||
					   census->was_told_all);
	census->in_sessions++;
}

static void take_family(struct census *census, uint64_t family)
{
	family &= UINT32_MAX;
	if (family < CENSUS_FAMILIES)
		census->families |= UINT64_C(1) << family;
	else
		census->other_families = true;
}

void census_take(struct census *census, const struct call *call,
		 const struct sysdesc_row *row, uint64_t namespaces)
{
	if ((unsigned)call->abi >= SYSDESC_ABI_COUNT ||
	    (call->has_returned && call->exit.sysret.error == ENOSYS))
		return;
	census->abis[call->abi] = true;
	select_add(&census->calls[call->abi], row);
	census->namespaces |= namespaces;
	for (unsigned i = 0; row == call->row && i < row->narg; i++)
		if (row->arg[i].kind == KIND_ENUM &&
		    row->arg[i].set == FLAGSET_ADDRESS_FAMILY)
			take_family(census, call->args[i]);
}

void census_join(struct census *census, const struct census *other)
{
	for (unsigned abi = 0; abi < SYSDESC_ABI_COUNT; abi++) {
		census->abis[abi] |= other->abis[abi];
		for (unsigned i = 0; i < sysdesc_count(); i++)
			if (select_has(&other->calls[abi], sysdesc_row(i)))
				select_add(&census->calls[abi], sysdesc_row(i));
	}
	census->families |= other->families;
	census->other_families |= other->other_families;
	census->namespaces |= other->namespaces;
	census_begin(census, other->was_told_all);
}

bool census_has(const struct census *census, const struct sysdesc_row *row)
{
	for (unsigned abi = 0; abi < SYSDESC_ABI_COUNT; abi++)
		if (select_has(&census->calls[abi], row))
			return true;
	return false;
}
