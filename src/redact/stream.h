/*
 * What went through descriptors before, so that a secret in two pieces is seen.
 * Bounded: the oldest is forgotten first.
 */
#ifndef REDACT_STREAM_H
#define REDACT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redact/words.h"

/* Streams remembered of each way, and bytes of each: enough for a name. */
#define STREAMS_MAX 4096u
#define STREAM_TAIL 128u

struct stream {
	struct words words; /* what is open at its end */
	size_t length;
	uint8_t tail[STREAM_TAIL]; /* as it was, unmasked */
};

struct stream_entry;

struct streams {
	struct stream_entry *read, *written; /* tables */
};

void streams_done(struct streams *streams);

/* That of a process's descriptor, one for each way. NULL: there is no memory.
 * Valid until the next time. */
struct stream *streams_find(struct streams *streams, int32_t pid, int32_t fd,
			    bool is_written);

/* Keeps the end of what went through it now. */
void stream_keep(struct stream *stream, const uint8_t *data, size_t length);

#endif
