/*
 * The C functions utrace() and utrace_label(): a system call each, and no more.
 */
#include <ktrace-u/ktrace.h>
#include <ktrace-u/utrace.h>

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>

#include "lib/export.h"

/* 0 or -errno, in the kernel's words: what else comes of an option that nobody
 * has is not meant for us. */
static int call(const void *addr, size_t len, const char *label, int form)
{
	if (!prctl(KTR_PRCTL_UTRACE, (uintptr_t)addr, len, (uintptr_t)label,
		   (unsigned long)form))
		return 0;
	switch (errno) {
	case E2BIG:
		return -EINVAL;
	case EFAULT:
	case ENOMEM:
		return -errno;
	default:
		return 0;
	}
}

static int result(int before, int r)
{
	errno = r < 0 ? -r : before;
	return r < 0 ? -1 : 0;
}

EXPORT int utrace(const void *addr, size_t len)
{
	int before = errno;

	return result(before, call(addr, len, NULL, KTR_UTRACE_PLAIN));
}

EXPORT int utrace_label(const char *label, const void *addr, size_t len)
{
	int before = errno;

	call(addr, len, label, KTR_UTRACE_LABELED);
	return result(before, 0);
}
