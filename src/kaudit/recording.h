/*
 * Records a command and all that it starts, into a file that has no name
 * before it is whole.
 */
#ifndef KAUDIT_RECORDING_H
#define KAUDIT_RECORDING_H

#include <stdbool.h>

#include "base/text.h"
#include "kaudit/destination.h"
#include "kaudit/waiting.h"

struct kaudit_options;
struct text;

struct recording {
	int fd;                         /* the trace; owned */
	struct waiting waiting;         /* what became of the job; owned */
	struct destination destination; /* where it is to be; owned */
};

#define RECORDING_NONE                                                         \
	{                                                                      \
		.fd = -1, .waiting.left = TEXT_INIT,                           \
		.destination = DESTINATION_NONE                                \
	}

/* What the command line does not say. */
struct recording_wish {
	int rules;  /* a descriptor of those that the command is held to
		     * (confine/confine.h), or -1 */
	bool looks; /* calls that only look are recorded, too */
};

/*
 * Runs the command; returns when it and all its descendants have ended. 0, or
 * -errno with one line in *error. *ret is to be given to recording_done() in
 * any case.
 */
int recording_run(struct recording *ret, const struct kaudit_options *options,
		  const struct recording_wish *wish, struct text *error);

/* Gives the trace its name, in place of what had it. 0 or -errno, likewise. */
int recording_keep(const struct recording *recording, struct text *error);

void recording_done(struct recording *recording);

#endif
