/*
 * The system call under utrace(3): a prctl(2) option that no kernel has, and
 * that a recorder takes for itself. For programs that cannot link libktrace-u.
 * Contracts only: no code.
 *
 *	prctl(KTR_PRCTL_UTRACE, data, length, 0, KTR_UTRACE_PLAIN)
 *	prctl(KTR_PRCTL_UTRACE, data, length, label, KTR_UTRACE_LABELED)
 *
 * 0: there is a USER record. EINVAL, from the kernel: nobody wants any, the
 * arguments were not looked at. Of the plain form, which is FreeBSD's, alone:
 * E2BIG: more than KTR_USER_MAX bytes; EFAULT: they cannot be read; ENOMEM: the
 * record was lost. The labelled form, which is NetBSD's, records what it can:
 * no data where they cannot be read, the first KTR_USER_MAX bytes of more; the
 * first KTR_LABEL_MAX bytes of the string, none of a bad one.
 */
#ifndef KTRACE_U_UTRACE_H
#define KTRACE_U_UTRACE_H

#define KTR_PRCTL_UTRACE 0x4b545255 /* "KTRU" */

#define KTR_UTRACE_PLAIN   0
#define KTR_UTRACE_LABELED 1

#define KTR_LABEL_MAX 19

#endif
