/*
 * What the parts of this program share: it removes, reads or runs the file
 * "secret" of its directory in ways that a recorder might not see, and says
 * whether that was done.
 */
#ifndef PROG_HOSTILE_H
#define PROG_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SECRET "secret"
#define DECOY  "decoy!"

enum outcome {
	DID,     /* it was done */
	REFUSED, /* the kernel, or who records it, did not let it */
	FAILED,  /* it could not even be tried: no such thing here */
};

/* Which way: a name that main.c's table has, and what is behind it. */
typedef enum outcome hostile_way(char **words);

/* Whether the secret is still there, asked without a path. */
bool secret_is_there(void);
/* DID if it is gone. */
enum outcome secret_gone(void);
/* In turn, until it is gone or that takes too long. */
bool secret_is_worth_trying(void);

/* race.c: what a call is given changes while it is made. */
hostile_way race_thread, race_sharing, race_space, race_writing, race_mem;
hostile_way race_link, race_dup, race_vfork, race_clone3;

/* map.c: the same, by files. words: of map_kept, how it is mapped. */
hostile_way map_written, map_cut, map_kept, map_waiting, map_submitted;

/* spawn.c: by processes that might slip away. */
hostile_way spawn_untraced, spawn_untraced3, spawn_daemon, spawn_memfd;
hostile_way spawn_unreadable, spawn_undumpable, spawn_argv, spawn_plain;
hostile_way spawn_passing, spawn_debugger, spawn_namespace;
/* words: the socket; and one that it is to bind itself. */
hostile_way spawn_asking, spawn_asking_rooted, spawn_telling;

/* memory.c: with arguments that cannot be read. */
hostile_way memory_name, memory_written, memory_how, memory_clone3;
hostile_way memory_secret;

/* gate.c: by other doors of the kernel, and behind filters of its own. */
hostile_way gate_int80, gate_x32, gate_rings;
hostile_way gate_error, gate_trap, gate_kill, gate_notify;

/* reach.c: to files and addresses that are hard to tell, and to its own. */
hostile_way reach_tree, reach_handle, reach_many, reach_own;

/* strike.c: at those who record it. words: at whom, and how. */
hostile_way strike;

/* command.c: by what a call is told to do. words: how. */
hostile_way command;

#endif
