/*
 * The words in which syscalls.def and inner.def are written. Included by
 * sysdesc.c alone: the names are short and would be in everybody's way.
 *
 *	SYSCALL(name, classes, result, effect, arguments)
 *	VARIANT(id, name, classes, result, effect, arguments)
 *
 * VARIANT is a call that another row already names, but which takes its
 * arguments in another shape in some ABI. A call without arguments says NOARGS.
 *
 * An argument is ARGUMENT(name, kind, direction, length, len_arg, set, when),
 * which whoever includes syscalls.def defines, as he defines NOARGS.
 */
#ifndef SYSDESC_ROW_H
#define SYSDESC_ROW_H

/* Lengths; n is the index of the argument that says, or bounds, how much. */
#define UNKNOWN    LENGTH_NONE, 0
#define FIXED      LENGTH_FIXED, 0
#define RESULT(n)  LENGTH_RESULT, n
#define ARG(n)     LENGTH_ARG, n
#define ARGS(n)    LENGTH_ARGS, n
#define DEREF(n)   LENGTH_DEREF, n
#define RESULTS(n) LENGTH_RESULTS, n
#define VERSION(n) LENGTH_VERSION, n
/* With WHEN_FOUND; n is the index of what shows that something was. */
#define FIXED_OF(n) LENGTH_FIXED, n

/* Arguments that are a value. */
#define VALUE(name, kind, set)                                                 \
	ARGUMENT(name, kind, DIRECTION_NONE, UNKNOWN, set, WHEN_DONE)
#define INT(name)         VALUE(name, KIND_INT, 0)
#define UINT(name)        VALUE(name, KIND_UINT, 0)
#define LONG(name)        VALUE(name, KIND_LONG, 0)
#define ULONG(name)       VALUE(name, KIND_ULONG, 0)
#define HEX(name)         VALUE(name, KIND_HEX, 0)
#define POINTER(name)     VALUE(name, KIND_POINTER, 0)
#define FD(name)          VALUE(name, KIND_FD, 0)
#define OPENED(name, use) VALUE(name, KIND_FD, USE_##use)
#define DIRFD(name)       VALUE(name, KIND_DIRFD, 0)
#define SIZE(name)        VALUE(name, KIND_SIZE, 0)
#define OFFSET(name)      VALUE(name, KIND_OFFSET, 0)
#define MODE(name)        VALUE(name, KIND_MODE, 0)
#define DEV(name)         VALUE(name, KIND_DEV, 0)
#define PID(name)         VALUE(name, KIND_PID, 0)
#define TARGET(name, use) VALUE(name, KIND_PID, USE_##use)
#define UID(name)         VALUE(name, KIND_UID, 0)
#define GID(name)         VALUE(name, KIND_GID, 0)
#define SIGNAL(name)      VALUE(name, KIND_SIGNAL, 0)
#define CLOCK(name)       VALUE(name, KIND_CLOCK, 0)
#define FLAGS(name, set)  VALUE(name, KIND_FLAGS, FLAGSET_##set)
#define ENUM(name, set)   VALUE(name, KIND_ENUM, FLAGSET_##set)
#define CMD(name, set)    VALUE(name, KIND_CMD, FLAGSET_##set)

/* Arguments that point at something. */
#define PATH(name, use)                                                        \
	ARGUMENT(name, KIND_PATH, DIRECTION_IN, UNKNOWN, USE_##use, WHEN_DONE)
#define STRING(name)                                                           \
	ARGUMENT(name, KIND_STRING, DIRECTION_IN, UNKNOWN, 0, WHEN_DONE)
#define ARGV(name)                                                             \
	ARGUMENT(name, KIND_ARGV, DIRECTION_IN, UNKNOWN, 0, WHEN_DONE)
#define ENVP(name)                                                             \
	ARGUMENT(name, KIND_ENVP, DIRECTION_IN, UNKNOWN, 0, WHEN_DONE)
#define BYTES(name, direction, length)                                         \
	ARGUMENT(name, KIND_BYTES, DIRECTION_##direction, length, 0, WHEN_DONE)
/* Entries of a directory, each as long as it says, with its name behind. */
#define LISTING(name, blob, length)                                            \
	ARGUMENT(name, KIND_BYTES, DIRECTION_OUT, length, BLOB_##blob,         \
		 WHEN_DONE)
#define IOVEC(name, direction, count)                                          \
	ARGUMENT(name, KIND_IOVEC, DIRECTION_##direction, RESULT(count), 0,    \
		 WHEN_DONE)
#define MSGHDR(name, direction)                                                \
	ARGUMENT(name, KIND_MSGHDR, DIRECTION_##direction, LENGTH_RESULT, 0,   \
		 0, WHEN_DONE)
#define MMSGHDR(name, direction, count)                                        \
	ARGUMENT(name, KIND_MMSGHDR, DIRECTION_##direction, RESULTS(count), 0, \
		 WHEN_DONE)
#define MSGBUF(name, direction, length)                                        \
	ARGUMENT(name, KIND_MSGBUF, DIRECTION_##direction, length, 0, WHEN_DONE)
#define XATTR(name, direction, length)                                         \
	ARGUMENT(name, KIND_XATTR, DIRECTION_##direction, length, 0, WHEN_DONE)
#define BLOB(name, set, direction, length)                                     \
	ARGUMENT(name, KIND_BLOB, DIRECTION_##direction, length, BLOB_##set,   \
		 WHEN_DONE)
/* What the kernel has not written after each success, or after others too. */
#define BLOB_WHEN(name, set, direction, length, when)                          \
	ARGUMENT(name, KIND_BLOB, DIRECTION_##direction, length, BLOB_##set,   \
		 WHEN_##when)

/* In inner.def: how much of argument 0 is the command, */
#define WHOLE UINT32_MAX
#define LOW   UINT16_MAX
/* and where an argument is. */
#define REGISTER(n) (FROM_REGISTER | (n))
#define WORD(n)     (FROM_WORD | (n))
#define ZERO        FROM_NOWHERE

#endif
