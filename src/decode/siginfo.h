/*
 * What a siginfo holds behind its first three fields. Other kernels' have other
 * forms: they do not belong here.
 */
#ifndef DECODE_SIGINFO_H
#define DECODE_SIGINFO_H

#include <stddef.h>
#include <stdint.h>

#include "sysdesc/layout.h"

/* Where that begins. */
size_t siginfo_offset(enum sysdesc_abi abi);

/* Its fields, by si_signo and si_code, as Linux's kernel decides. */
const struct sysdesc_layout *siginfo_rest(enum sysdesc_abi abi, int32_t signal,
					  int32_t code);

#endif
