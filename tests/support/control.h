/*
 * ktrace-u as it is asked about what is traced already, and a program to be
 * traced that does a round of calls for each word it is told. What cannot be
 * set up fails the test.
 */
#ifndef SUPPORT_CONTROL_H
#define SUPPORT_CONTROL_H

#include <sys/types.h>

#include "support/fault.h"
#include "support/run.h"

struct trace;

/* ---- whom to trace ---- */

struct control_target {
	struct run_place place; /* that of all in the test; anybody may write */
	struct run_child child;
	struct fault_pipe in, out;
};

/* A program that answers each line with the same one, as cat(1) does. spec may
 * lack all but argv. It waits for its first word then. */
void control_start(struct control_target *ret, const struct run_place *place,
		   const struct run_spec *spec);

/* The same in a place of its own, to be ended with it. */
void control_open(struct control_target *ret, enum run_user user,
		  const char *const *argv);
void control_close(struct control_target *target);

/* Tells it a word, and waits until it has come back and it sleeps again. */
void control_say(const struct control_target *target, const char *word);

/* Its input ends, and it with it, as it would untraced. */
void control_finish(struct control_target *target);

/* The same place for programs of another user, without other groups; uid 0:
 * for those of the test itself. */
struct run_place control_place_of(const struct run_place *place, uid_t uid);

/* A place that all users may write to. */
void control_place(struct run_place *ret, enum run_user user);

/* Nothing of a tracer is left: it sleeps, untraced, without a signal. */
void control_must_be_free(pid_t pid);

/* ---- asking ---- */

/* Runs ktrace-u as the place's user with the words of options (separated by
 * single blanks), behind which comes the id unless it is 0. */
void control_run(struct run_result *ret, const struct run_place *place,
		 const char *options, pid_t id);

/* The same, to be ended by run_finish(). */
void control_begin(struct run_child *ret, const struct run_place *place,
		   const char *options, pid_t id);

/* It must work without a word. */
void control_do(const struct run_place *place, const char *options, pid_t id);

/* It must fail with one line, in which the reason occurs. */
void control_must_refuse(const struct run_place *place, const char *options,
			 pid_t id, const char *reason);

/* The same, and what it says on its standard output: text_done() frees. */
void control_ask(struct text *ret, const struct run_place *place,
		 const char *options, pid_t id);

/* What --status says of a process: the letters of its facilities. It must be
 * there. */
void control_must_record(const struct run_place *place, pid_t pid,
			 const char *letters);

/* ---- its trace ---- */

/* How many GENIO records have that word and a newline. */
size_t control_heard(const struct trace *trace, const char *word);

/* How many `coverage` records give that reason. */
size_t control_covered(const struct trace *trace, const char *why);

/* Waits until nobody traces the process any more (it may be a zombie). */
void control_await_untraced(pid_t pid);

#endif
