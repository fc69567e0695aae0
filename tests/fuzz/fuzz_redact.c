/*
 * A trace that somebody hands us, without its secrets: each record stays one of
 * its kind and length, and each byte stays what it was, or is masked. And the
 * bytes as a text, in one piece and in two.
 * Rooms: redact
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "must.h"
#include "redact/redact.h"
#include "redact/region.h"
#include "redact/words.h"
#include "trace/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_masked(const uint8_t *was, const uint8_t *is, size_t length)
{
	for (size_t i = 0; i < length; i++)
		MUST(is[i] == was[i] || is[i] == REGION_MASK);
}

static void check(struct redact *redact, const struct record *record)
{
	struct record masked = *record, again;

	MUST(redact_record(redact, &masked) == 0);
	MUST(masked.kind == record->kind && masked.length == record->length);
	MUST(strlen(masked.comm) == strlen(record->comm));
	must_be_masked(record->payload, masked.payload, record->length);
	again = masked;
	MUST(record_decode_payload(&again, masked.payload) == RECORD_OK);
}

static void check_trace(const uint8_t *data, size_t size)
{
	static const char *const patterns[] = { REDACT_DEFAULT, "[0-9]{2,}x?",
						"(a+)b|^/" };
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct redact *redact = NULL;
	struct reader *reader;
	struct record record;

	MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	MUST(reader_open(&reader, fd) == 0);
	MUST(redact_open(&redact, patterns, ARRAY_LEN(patterns)) == 0);
	while (reader_next(reader, &record) == READER_RECORD)
		check(redact, &record);
	redact_close(redact);
	reader_close(reader);
	close(fd);
}

/* In a block of just its size, so that a sanitizer sees what is beyond. */
static void check_text(const uint8_t *data, size_t size, size_t start)
{
	struct words words = { WORDS_CLOSED, 0 };
	uint8_t *copy = malloc(size ? size : 1);
	const struct region head = { copy, start, 0 };
	const struct region all = { copy, size, start };

	MUST(copy != NULL);
	memcpy(copy, data, size);
	words_mask(&words, &head);
	must_be_masked(data, copy, size);
	memcpy(copy, data, start);
	words_mask(&words, &all);
	MUST(memcmp(copy, data, start) == 0);
	must_be_masked(data, copy, size);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_trace(data, size);
	check_text(data, size, 0);
	check_text(data, size, size / 2);
	return 0;
}
