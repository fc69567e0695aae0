/*
 * Stops in, answers out: who has stopped, what that means, how they go on.
 */
#ifndef SUPERVISOR_LOOP_H
#define SUPERVISOR_LOOP_H

struct supervisor;

/* Answers stops until nobody is traced any more. */
void loop_run(struct supervisor *supervisor);

/* Answers the command's first stop, which launch_seize() waited for. */
void loop_begin(struct supervisor *supervisor);

#endif
