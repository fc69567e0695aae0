/*
 * How a command comes to be traced and yet stays who it is: the process that
 * the shell started becomes the command, and a supervisor, forked off twice so
 * that it is nobody's child but init's, seizes it before the exec.
 *
 *	launch_fork()  in both:   splits supervisor and command
 *	launch_seize() supervisor: names itself, is allowed, seizes, stops it
 *	launch_wait()  command:   returns when it is traced
 *	launch_exec()  command:   filter, then the program
 *
 * Nothing of it leaks into the program: every descriptor is close-on-exec, no
 * signal is left pending, no child is left to be waited for.
 */
#ifndef TRACEE_LAUNCH_H
#define TRACEE_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

struct filter;
struct tracee_options;

struct launch {
	pid_t command;
	int channel; /* to the other side; close-on-exec */
};

enum launch_side { LAUNCH_COMMAND, LAUNCH_SUPERVISOR };

/*
 * Forks. Returns a launch_side, or -errno (then nothing was started). The
 * supervisor comes back in a session of its own, in "/", with the descriptor
 * *keep_fd (whose number may change; -1 for none) and the channel open and no
 * other but placeholders for 0, 1 and 2, all signals at their default but those
 * that must not end it, and soft limits raised as far as they go.
 */
int launch_fork(struct launch *ret, int *keep_fd);

/* Seizes the command and waits for it to stop. 0 or -errno, which the command
 * has been told. After 0 the caller resumes it and calls launch_ready(). */
int launch_seize(const struct launch *launch,
		 const struct tracee_options *options);

/* Lets the command go on to its exec (error 0), or tells it why not. */
int launch_ready(struct launch *launch, int error);

/* 0 when the command is traced, or the -errno of what went wrong. */
int launch_wait(struct launch *launch);

/*
 * Who attaches forks too, but becomes nothing: it waits to be told.
 *
 * launch_name, in the supervisor, says which pid is going to seize others, and
 * returns when it may: 0 or -errno. launch_named, in the other, hears of it,
 * and launch_go lets it; where the channel is closed instead, it gives up.
 */
int launch_name(const struct launch *launch);
int launch_named(const struct launch *launch, pid_t *ret);
int launch_go(const struct launch *launch);

#define LAUNCH_LATE_MAX 64

/* Tells it: error, or 0 and the threads that have not stopped yet (at most
 * LAUNCH_LATE_MAX are named). The channel is closed. */
void launch_answer(struct launch *launch, int error, const pid_t *late,
		   unsigned count);

/* What was told: 0, with *ret_count threads in late, or the -errno. -ECHILD
 * when nothing was. */
int launch_outcome(struct launch *launch, pid_t late[LAUNCH_LATE_MAX],
		   unsigned *ret_count);

/*
 * Becomes argv[0], found along PATH. no_new_privs is set if asked, then the
 * filter installed, which may be NULL. Returns only when that failed: -errno,
 * with *ret_filter true when it was the filter.
 */
int launch_exec(const struct filter *filter, bool no_new_privs,
		char *const *argv, bool *ret_filter);

#endif
