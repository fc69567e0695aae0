/*
 * Rooms: trace base
 * The argument of -t.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "must.h"
#include "trace/facility.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *letters = malloc(size + 1);
	uint32_t mask = KTRFAC_ROOT;
	char bad = 0;
	int result;

	MUST(letters);
	if (size > 0)
		memcpy(letters, data, size);
	letters[size] = 0;
	result = facility_parse(letters, &mask, &bad);
	if (result == 0) {
		MUST((mask & ~KTRFAC_MASK) == 0);
		MUST((mask & FACILITY_PROCESS) == 0);
	} else {
		MUST(result == -EINVAL && mask == KTRFAC_ROOT);
		MUST(bad != 0 && strchr(letters, bad));
	}
	free(letters);
	return 0;
}
