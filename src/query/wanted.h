/*
 * Calls by name and by class, of whatever kernel: "openat,@network,!@pure".
 */
#ifndef QUERY_WANTED_H
#define QUERY_WANTED_H

#include <stdbool.h>

#include "sysdesc/select.h"
#include "sysdesc/sysdesc.h"

struct wanted {
	struct select linux_calls; /* which are asked for most */
	char words[];
};

/* 0, and *ret is to be freed; -EINVAL for what is no call of any kernel, no
 * class and no list; -ENOMEM. */
int wanted_parse(struct wanted **ret, const char *words);

/* row NULL: a call that no row knows. */
bool wanted_has(const struct wanted *wanted, enum sysdesc_abi abi,
		const struct sysdesc_row *row);

#endif
