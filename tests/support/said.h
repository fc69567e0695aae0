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

/* The SIGNAL lines of that thread, without marks: of a trace without calls. */
void said_signals(struct text *lines, const struct trace *trace, pid_t tid);

/* Those lines of a text that begin with that word. */
void said_only(struct text *lines, struct text *all, const char *word);

#endif
