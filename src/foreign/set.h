/*
 * Families of flags and other constants, as each kernel has them.
 */
#ifndef FOREIGN_SET_H
#define FOREIGN_SET_H

#include "sysdesc/constant.h"
#include "trace/record.h"

/* Never NULL: a family that a kernel has not, or of which nobody knows, has no
 * rows. Those of file modes are Linux's, everywhere. */
const struct sysdesc_set *set_find(enum record_system system,
				   enum sysdesc_flagset family);

#endif
