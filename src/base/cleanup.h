/*
 * Cleanup by attribute: the one idiom for locals that own something.
 * A value is handed over with take_fd() or take_pointer().
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_pointer(void *pointer)
{
	free(*(void **)pointer);
}

#define _cleanup_fd_        __attribute__((cleanup(cleanup_fd)))
#define _cleanup_free_      __attribute__((cleanup(cleanup_pointer)))
#define _cleanup_(function) __attribute__((cleanup(function)))

/* The descriptor, which the variable no longer owns. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* The pointer, which the variable no longer owns. */
#define take_pointer(variable)                                                 \
	({                                                                     \
		__typeof__(variable) taken_ = (variable);                      \
		(variable) = NULL;                                             \
		taken_;                                                        \
	})

#endif
