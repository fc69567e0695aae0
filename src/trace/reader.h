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

/*
 * How records stand in a file that ktrace-u did not write. Headers are at most
 * as long as ours.
 */
struct reader_framing {
	size_t least; /* bytes of a header that tell how long it is */
	size_t (*header_length)(const void *context, const uint8_t *bytes);
	/* Fills all of *ret but the payload and the union, and checks
	 * ret->length against RECORD_LENGTH_MAX. */
	enum record_fault (*decode)(const void *context, const uint8_t *header,
				    struct record *ret);
	const void *context;
};

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

/*
 * From here on, records are cut out of the file so; their payloads are as they
 * are there, and the unions are not filled. The framing must live as long.
 */
void reader_frame(struct reader *reader, const struct reader_framing *framing);

/*
 * Looks at bytes that reader_next() has still to read. READER_RECORD: there are
 * `length` of them, or more; READER_END: these are all there are. *ret is valid
 * until the next call, and untouched where there are none. A length is at most
 * RECORD_LENGTH_MAX.
 */
enum reader_result reader_peek(struct reader *reader, size_t length,
			       const uint8_t **ret, size_t *ret_length);

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
