/*
 * Records that say who a process is, what it executes, how it ended, and what
 * the session is.
 */
#ifndef SUPERVISOR_IDENTITY_H
#define SUPERVISOR_IDENTITY_H

struct rusage;
struct session;
struct session_origin;
struct stop;
struct supervisor;
struct task;

/* `session`: the first record of the file, and of each part appended to it. */
void identity_put_session(struct supervisor *supervisor,
			  struct session *session,
			  const struct session_origin *origin);
/* `session_end`: all of it is there. */
void identity_put_session_end(struct session *session);

/* PROCCTOR and `process`: before the first record of a pid, at fork and exec.
 */
void identity_put_process(struct task *task);
/* The same of one that a call of another has made, whom it names. */
void identity_put_birth(struct task *task);
/* `descriptors`, where all that changes them is recorded: behind `process`, but
 * for a fork, whose child has its parent's. */
void identity_put_descriptors(struct task *task);
/* ARGS and ENVS of the new program, at PTRACE_EVENT_EXEC. */
void identity_put_image(struct task *task);

/* `exit_status` and PROCDTOR. usage may be NULL. */
void identity_put_end(struct task *task, const struct stop *stop,
		      const struct rusage *usage);
/* The same at PTRACE_EVENT_EXIT, for an init that takes us with it: its status
 * is known, its end is not. */
void identity_put_provisional_end(struct task *task);

#endif
