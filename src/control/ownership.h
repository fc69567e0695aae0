/*
 * Who may configure a supervisor: Apple's rules for ktrace, as a state machine.
 * A foreground owner shuts others out while it lives; a background recorder
 * gives way to everybody, and is woken when the foreground is free again.
 *
 * Only the state is kept here. What an event asks of the world comes in with
 * it, what the world is to do about it goes out with the result. Everything is
 * the caller's, and nothing has to be freed.
 */
#ifndef CONTROL_OWNERSHIP_H
#define CONTROL_OWNERSHIP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define OWNERSHIP_NAME_SIZE 16 /* as comm in Linux, NUL included */

enum ownership_state {
	OWNERSHIP_OFF, /* nothing is configured */
	OWNERSHIP_FOREGROUND,
	OWNERSHIP_BACKGROUND,
};

/* A process, never to be taken for a later one of the same pid. */
struct ownership_identity {
	pid_t pid;      /* 0: nobody */
	uint64_t start; /* clock ticks since boot */
};

/* Who asks, or who is made the owner. */
struct ownership_process {
	struct ownership_identity identity; /* its pid is known: not 0 */
	const char *name;
	bool is_privileged; /* "root" in Apple's rules */
};

/* What is true as the event comes. */
struct ownership_facts {
	/* Who has the owner's pid now, if that still counts as living. Not
	 * looked at while nobody owns. */
	struct ownership_identity holder;
	bool can_notify; /* a wake-up would be received */
};

/* What has to be done: first the reset, then what was asked for. A failure can
 * have a reset, too (ownership_set_owner). */
struct ownership_result {
	int ret;        /* 0 or -errno */
	uint32_t reset; /* these stop, and lose what was configured */
	bool notifies;  /* the background recorder is to be woken */
	bool pauses;    /* recording stops, what is configured stays */
};

/* A subsystem is a bit of a mask: a set of targets that can be configured. */
struct ownership {
	enum ownership_state state;
	struct ownership_identity owner;      /* may have died unnoticed */
	struct ownership_identity background; /* who registered last */
	uint32_t configured;
	bool owes_notice; /* a wake-up, to the next that registers */
	bool keeps_owner; /* a reset leaves owner and mask as they are */
	bool is_kernels;  /* configured by no process: nobody owns it */
	char configured_by[OWNERSHIP_NAME_SIZE]; /* stays when all is reset */
};

/* Off, unowned, and a wake-up owed to the first that registers. */
void ownership_init(struct ownership *ownership);

/*
 * Adds subsystems to what is configured, and makes the requester the owner.
 * Tested in this order:
 * -EINVAL: no subsystem, or no pid;
 * the owner: 0, privileged or not;
 * -EBUSY: the background recorder in the foreground, if the owner is dead too;
 * -EPERM: unowned, or in the background, and the requester is not privileged;
 * -EBUSY: another owner lives.
 * Who takes over from the dead inherits what they configured; who takes over
 * from the background does not.
 */
struct ownership_result
ownership_configure(struct ownership *ownership,
		    const struct ownership_process *requester, uint32_t mask,
		    const struct ownership_facts *facts);

/*
 * The same where no process asks: XNU's kernel does, as it boots. Nobody owns
 * it then, nor does who did before. name: for configured_by. -EINVAL: no
 * subsystem.
 */
struct ownership_result ownership_configure_kernel(struct ownership *ownership,
						   const char *name,
						   uint32_t mask);

/* Resets subsystems; when none is left, the state is off. Who may reset is the
 * caller's to know. */
struct ownership_result ownership_reset(struct ownership *ownership,
					uint32_t mask,
					const struct ownership_facts *facts);

/*
 * Makes the requester the background recorder, in place of an earlier one.
 * -EPERM: not privileged. -EINVAL: no pid, or it is owed a wake-up that would
 * not be received.
 */
struct ownership_result
ownership_register_background(struct ownership *ownership,
			      const struct ownership_process *requester,
			      const struct ownership_facts *facts);

/*
 * Makes a process the owner, and lets resets keep it. Who may do so is the
 * caller's to know. process: who has that pid; NULL: nobody has. Without a
 * process, an owner so made is taken back and all is reset: 0 for pid -1,
 * -EINVAL for 0, -ESRCH for others.
 */
struct ownership_result
ownership_set_owner(struct ownership *ownership, pid_t pid,
		    const struct ownership_process *process,
		    const struct ownership_facts *facts);

/* Pauses recording, if that is the state. */
struct ownership_result ownership_disable(const struct ownership *ownership,
					  enum ownership_state state);

/* Whether the requester may see what is configured: 0 or -EPERM. */
int ownership_read_check(const struct ownership *ownership,
			 const struct ownership_process *requester);

/* The living owner's pid, or 0. One that is dead owns no longer. */
pid_t ownership_owner_pid(struct ownership *ownership,
			  const struct ownership_facts *facts);

/* The owner's pid as it is shown to anybody: it may be dead. Or 0. */
pid_t ownership_shown_pid(const struct ownership *ownership);

#endif
