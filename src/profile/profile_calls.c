/* Sets of rows. Knows no call by its name. */
#include "profile/profile_calls.h"

#include <stdlib.h>
#include <string.h>

#include "profile/profile.h"
#include "sysdesc/constant.h"
#include "sysdesc/equal.h"

void profile_calls(struct select *ret, const struct profile *profile)
{
	select_none(ret);
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (census_has(&profile->census, sysdesc_row(i)))
			select_add(ret, sysdesc_row(i));
	equal_always(ret);
	equal_close(ret);
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

unsigned profile_call_names(const struct select *select, enum guard guard,
			    const char **ret)
{
	unsigned count = 0, kept = 0;

	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (select_has(select, row) && guard_of(row) == guard)
			ret[count++] = row->name;
	}
	qsort(ret, count, sizeof(*ret), compare);
	for (unsigned i = 0; i < count; i++)
		if (kept == 0 || strcmp(ret[kept - 1], ret[i]) != 0)
			ret[kept++] = ret[i];
	return kept;
}

const char *profile_family(unsigned family)
{
	const struct sysdesc_constant *constant = sysdesc_constant(
	    sysdesc_set(FLAGSET_ADDRESS_FAMILY), SYSDESC_ABI_UNKNOWN, family);

	return constant && constant->form == FORM_NAME ? constant->name : NULL;
}
