/* What the kernel lets the calling process do. */
#ifndef TRACEE_CAPABILITY_H
#define TRACEE_CAPABILITY_H

#include <stdbool.h>

/* Whether it is effective, in the process's own user namespace. */
bool capability_has(unsigned capability);

#endif
