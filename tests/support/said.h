/*
 * What a trace has between the marks of a program that says what must be
 * recorded of it (tests/prog/say.h), in the same lines:
 *
 *	CALL name argument...	SYSCALL, in hexadecimal
 *	NAME path		NAMEI
 *	PATH how argument path	path; with " deleted" behind, or an errno
 *	DATA fd r|w length hex	GENIO
 *	RETURN name result	SYSRET: hexadecimal, or a word: an errno's name,
 *				`restart`, `replaced`
 *	SIGNAL name action code mask	PSIG; the mask in hexadecimal
 *	ABI name		abi
 *	NUMBER n		syscall_number
 *	COMM name		before a record, when it differs from the last
 *	ARGS string...		ARGS; and ENVS
 *	SCTL name		SYSCTL
 *	STRU name { ... }	STRUCT, STRUCT_ARRAY: one of Linux's
 */
#ifndef SUPPORT_SAID_H
#define SUPPORT_SAID_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/text.h"

struct trace;

/* The records of that thread between its marks (close(-1001), close(-1002)),
 * both excluded. False when a mark is missing. */
bool said_of_trace(struct text *lines, const struct trace *trace, pid_t tid);

/*
 * The same of a trace without calls, and so without marks: lines that begin
 * with one of the words (up to a NULL), of as many records of the thread as
 * lines of that kind were said, from the first of these on.
 */
void said_without_marks(struct text *lines, const struct trace *trace,
			pid_t tid, const char *const *words, struct text *said);

/* Those lines of a text that begin with one of the words. */
void said_only(struct text *lines, const char *all, const char *const *words);

#endif
