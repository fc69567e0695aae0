/*
 * The flight recorder: what was recorded last is kept in memory, in parts of
 * which each is a trace of its own, and written to the file when all has ended,
 * when a process crashes, and when somebody asks. Whoever is to see it finds a
 * file of the usual form.
 */
#ifndef SUPERVISOR_FLIGHT_H
#define SUPERVISOR_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/files.h"

struct session;
struct supervisor;

/* The oldest goes when there is one too many: so much of the size, less one
 * part, is there at least. */
#define FLIGHT_PARTS 8

struct flight {
	struct session *session; /* NULL: there is none, or it has ended */
	int parts[FLIGHT_PARTS]; /* memory files, ours; the last is its own */
	unsigned count;
	uint64_t due;     /* when that one is full */
	uint64_t dropped; /* bytes that were not kept */
	bool is_wanted;   /* to be written: something has crashed */
	bool is_written;  /* the file that was made at the start */
	int fd;           /* that, and then the one that was made last; ours */
	struct files files;
};

/* The memory that recording begins in: a descriptor for its session, or -errno.
 * The file's own is taken over. */
int flight_open(struct supervisor *supervisor);
/* That is the session which has it. */
void flight_begin(struct supervisor *supervisor, struct session *session);
void flight_close(struct supervisor *supervisor);

/* Between stops: a new part, if it is time; the file, if it is wanted. */
void flight_check(struct supervisor *supervisor);

/* The process was killed by a signal. */
void flight_killed(struct supervisor *supervisor, int signal_number);

/* Before the session says that it has ended, and when it has said so. */
void flight_ending(struct supervisor *supervisor, struct session *session);
void flight_ended(struct supervisor *supervisor, struct session *session);

/* Whether fd leads to the file. */
bool flight_is(const struct supervisor *supervisor, int fd);
/* Writes the file now: 0, -ENODATA where nothing is recorded so, or -errno. */
int flight_write(struct supervisor *supervisor);

#endif
