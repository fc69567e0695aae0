/* What a fuzz target claims: true whatever its input is. */
#ifndef TESTS_MUST_H
#define TESTS_MUST_H

#include <stdio.h>
#include <stdlib.h>

#define MUST(claim)                                                            \
	do {                                                                   \
		if (!(claim)) {                                                \
			fprintf(stderr, "not true: %s\n", #claim);             \
			abort();                                               \
		}                                                              \
	} while (0)

#endif
