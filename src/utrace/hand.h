/*
 * Handing a USER record to the one who records our parent: the record is the
 * parent's.
 */
#ifndef UTRACE_HAND_H
#define UTRACE_HAND_H

#include <stddef.h>

/* 0, also where nobody records the parent; or -errno. At most KTR_USER_MAX
 * bytes. */
int hand_to_parent(const void *data, size_t length);

#endif
