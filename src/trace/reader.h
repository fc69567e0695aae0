/*
 * Reads a trace: file or pipe, plain or in Zstandard frames -> one decoded
 * record after the other. Trusts no length, count or offset in it, never exits,
 * never allocates what a header merely claims.
 *
 * Offsets are those of the content, which is the file where that is plain; but
 * where a frame itself is at fault, the offset of the frame in the file.
 */
#ifndef TRACE_READER_H
#define TRACE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/record.h"

struct ktr_frame;
struct reader;

enum reader_result {
	READER_RECORD, /* *ret is valid until the next call */
	READER_END,    /* the end, at a record boundary; may be called again
			  later, when the file has grown */
	READER_FAULT,  /* reader_fault() says what and where; nothing more can
			  be read, but for RECORD_TRUNCATED in a file that
			  still grows */
	READER_ERROR,  /* read(2) failed: reader_errno() */
};

/*
 * Reads from fd, which stays the caller's, and seeks back in it when asked
 * again after half a record at its end. 0 or -ENOMEM.
 */
int reader_open(struct reader **ret, int fd);
void reader_close(struct reader *reader); /* NULL is fine */

/*
 * Has somebody asked about compressed records that need not be read to be left
 * out, of which so many are in front: true, and they are. Offsets and numbers
 * of those behind stay what they are.
 */
typedef bool reader_ask(void *context, const struct ktr_frame *frame,
			uint64_t before);
void reader_skip(struct reader *reader, reader_ask *may_skip, void *context);

enum reader_result reader_next(struct reader *reader, struct record *ret);

/* The header of the record that the last call gave, as it stands in the file:
 * struct ktr_header. Valid as long as the record. */
const void *reader_header(const struct reader *reader);

/* True when the next call need not read(2) to answer. The record that was given
 * last is valid no more. */
bool reader_is_ready(struct reader *reader);

enum record_fault reader_fault(const struct reader *reader);
uint64_t reader_offset(const struct reader *reader); /* of the fault's record */
int reader_errno(const struct reader *reader);       /* positive errno */

#endif
