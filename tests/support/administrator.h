/*
 * As whom programs run where it matters whether they may install a seccomp
 * filter without saying so.
 */
#ifndef SUPPORT_ADMINISTRATOR_H
#define SUPPORT_ADMINISTRATOR_H

#include "support/run.h"

enum administrator {
	ROOT,     /* with CAP_SYS_ADMIN: --seccomp=auto filters */
	ORDINARY, /* without, and without no_new_privs: it does not */
};

/* A place for programs of theirs. Where nobody can be that, the test is skipped
 * and the reason printed. */
void administrator_place(struct run_place *ret, enum administrator who);

#endif
