/*
 * Who may have stopped: a guess that is cheap. wait(2) for anybody looks at all
 * whom we trace, one after the other; the SIGCHLD of a stop names the thread,
 * and waiting for that one alone costs the same among ten thousand. It is no
 * more than a guess: while one SIGCHLD is pending, others are lost.
 */
#ifndef SUPERVISOR_HINT_H
#define SUPERVISOR_HINT_H

#include <stdbool.h>
#include <sys/types.h>

#define HINT_RECENT 8

struct hint {
	unsigned rounds;           /* since everybody was looked at */
	pid_t recent[HINT_RECENT]; /* some who ran a moment ago, or 0 */
};

/* From now on SIGCHLD is kept for hint_next() in the calling thread. */
void hint_open(void);

enum hint_wait {
	HINT_NOW,
	HINT_MOMENT, /* about as long as a look at everybody takes */
	HINT_LONG,   /* longer than a tick of the kernel's clock */
};

/* The id of a thread that stopped or ended; 0 when none is known, after having
 * waited if asked; -EINTR when another signal came. */
pid_t hint_next(enum hint_wait wait);

/* The thread runs, and will probably stop soon. */
void hint_note(struct hint *hint, pid_t tid);

/* Whether among so many threads guesses are worth it, and everybody was looked
 * at not too long ago. */
bool hint_is_due(struct hint *hint, unsigned threads);

#endif
