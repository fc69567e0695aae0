/*
 * Rules that somebody wrote: no crash, one line of text where they are wrong,
 * and a filter of calls that the kernel takes where they are not.
 * Rooms: confine
 */
#include <errno.h>
#include <stdlib.h>

#include <linux/filter.h>

#include "base/text.h"
#include "confine/confine.h"
#include "confine/denial.h"
#include "must.h"
#include "tracee/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text error = TEXT_INIT;
	struct filter filter = { 0 };
	struct confine confine;

	if (confine_parse(&confine, (const char *)data, size, &error) < 0) {
		MUST(error.length > 0);
		for (size_t i = 0; i < error.length; i++)
			MUST(error.data[i] >= ' ' && error.data[i] <= '~');
	} else {
		for (size_t i = 0; i < confine.path_count; i++)
			MUST(confine.paths[i].path[0] == '/' &&
			     confine.paths[i].rights);
		MUST(denial_compile(&filter, &confine) == 0);
		MUST(filter.count > 0 && filter.count <= BPF_MAXINSNS);
	}
	filter_done(&filter);
	confine_done(&confine);
	text_done(&error);
	return 0;
}
