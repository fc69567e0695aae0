/*
 * How far a long trace has been read, on a line of a terminal that is written
 * over and goes when there is something to read.
 */
#ifndef DUMP_PROGRESS_H
#define DUMP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	int terminal; /* -1: nobody looks */
	int input;
	bool is_shared; /* with the output */
	uint64_t size;  /* of the input, or 0 */
	unsigned records;
	uint64_t next_ms; /* when it is told next */
	bool is_shown;
};

/* streams: there is output all the time, and no room on its terminal. */
void progress_open(struct progress *progress, int input, int output,
		   bool streams);
/* After each record; costs nothing most times. */
void progress_note(struct progress *progress);
/* Before something else is written to the output. */
void progress_yield(struct progress *progress);
/* Before something else is written to standard error. */
void progress_clear(struct progress *progress);

#endif
