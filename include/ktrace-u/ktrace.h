/*
 * libktrace-u: ktrace(2) and utrace(2) of BSD, for programs on Linux. ktrace(3)
 * and ktrace-u-utrace(3) say the same in prose. A thread may call any of them
 * at any time; none fails with EINTR.
 */
#ifndef KTRACE_U_KTRACE_H
#define KTRACE_U_KTRACE_H

#include <stddef.h>
#include <sys/types.h>

#include <ktrace-u/format.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Operations. */
#define KTROP_SET       0 /* adds trace points, gives the file */
#define KTROP_CLEAR     1 /* takes trace points away */
#define KTROP_CLEARFILE 2 /* stops all tracing to the file */
#define KTROP(ops)      ((ops)&3)

#define KTRFLAG_DESCEND 4 /* and all descendants that there are */

/* Trace points; with KTRFAC_INHERIT, of children to come as well. */
#define KTRFAC_SYSCALL      KTRFAC(KTR_SYSCALL)
#define KTRFAC_SYSRET       KTRFAC(KTR_SYSRET)
#define KTRFAC_NAMEI        KTRFAC(KTR_NAMEI)
#define KTRFAC_GENIO        KTRFAC(KTR_GENIO)
#define KTRFAC_PSIG         KTRFAC(KTR_PSIG)
#define KTRFAC_CSW          KTRFAC(KTR_CSW)
#define KTRFAC_USER         KTRFAC(KTR_USER)
#define KTRFAC_STRUCT       KTRFAC(KTR_STRUCT)
#define KTRFAC_SYSCTL       KTRFAC(KTR_SYSCTL)
#define KTRFAC_PROCCTOR     KTRFAC(KTR_PROCCTOR)
#define KTRFAC_PROCDTOR     KTRFAC(KTR_PROCDTOR)
#define KTRFAC_CAPFAIL      KTRFAC(KTR_CAPFAIL)
#define KTRFAC_FAULT        KTRFAC(KTR_FAULT)
#define KTRFAC_FAULTEND     KTRFAC(KTR_FAULTEND)
#define KTRFAC_STRUCT_ARRAY KTRFAC(KTR_STRUCT_ARRAY)
#define KTRFAC_ARGS         KTRFAC(KTR_ARGS)
#define KTRFAC_ENVS         KTRFAC(KTR_ENVS)

/*
 * Does an operation to the process pid, or to the process group -pid. 0, or -1
 * with errno, in this order: EINVAL: no trace point, no operation; of opening
 * the file, which must be there (not for KTROP_CLEAR, which leaves it alone);
 * EACCES: it is no regular file; ESRCH: no such process or group; EPERM: to
 * none of them is it permitted, or (KTROP_CLEARFILE) to one it is not; EBUSY:
 * the recorder is another one's; ENOSYS: a recorder cannot be started.
 */
int ktrace(const char *path, int ops, int trpoints, pid_t pid);

/* The same with an open file, pipe or socket, which stays the caller's: EBADF
 * first of all when it is not open for writing. */
int fktrace(int fd, int ops, int trpoints, pid_t pid);

/*
 * Puts a record into the trace that the process is under, if any: 0, or -1 with
 * errno. utrace(), as FreeBSD: EINVAL: more than KTR_USER_MAX bytes; EFAULT;
 * ENOMEM: it was lost. utrace_label(), as NetBSD, never fails: what cannot be
 * read is empty, what is too long is cut. Untraced both do nothing: 0.
 */
int utrace(const void *addr, size_t len);
int utrace_label(const char *label, const void *addr, size_t len);

#ifdef __cplusplus
}
#endif

#endif
