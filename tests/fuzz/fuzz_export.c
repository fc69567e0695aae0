/*
 * Rooms: foreign trace base
 * A trace that somebody hands us, in the forms of other kernels: through
 * whatever ABI its calls were made, what comes out is a file that we read as
 * one of theirs, to its end.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "foreign/export.h"
#include "foreign/input.h"
#include "must.h"
#include "trace/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_as(struct text *out, int fd, enum record_system system)
{
	struct text told = TEXT_INIT;
	struct reader *reader;
	struct export *export;
	struct record record;
	unsigned count = 0;

	MUST(lseek(fd, 0, SEEK_SET) == 0);
	MUST(reader_open(&reader, fd) == 0);
	MUST(export_open(&export, system) == 0);
	while (reader_next(reader, &record) == READER_RECORD) {
		const struct export_call call = {
			.abi = (enum sysdesc_abi)(count++ %
						  (SYSDESC_ABI_UNKNOWN + 1)),
			.number = record.kind == KTR_SYSCALL
				      ? record.syscall.code
				      : (int64_t)record.time_ns,
		};

		MUST(export_put(export, out, &record, &call) == 0);
	}
	export_tell(export, &told);
	MUST(!out->failed && !told.failed);
	MUST(!memchr(text_string(&told), '\n', told.length));
	text_done(&told);
	export_close(export);
	reader_close(reader);
}

static void read_as(const struct text *text, enum input_origin origin)
{
	int fd = memfd_create("other", MFD_CLOEXEC);
	enum reader_result result;
	struct input *input;
	struct record record;

	MUST(fd >= 0 && fd_write_all(fd, text->data, text->length) == 0);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	MUST(input_open(&input, fd, origin) == 0);
	while ((result = input_next(input, &record)) == READER_RECORD)
		MUST(text->length == 0 || record.system != RECORD_LINUX);
	MUST(result == READER_END);
	input_close(input);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct form {
		enum record_system system;
		enum input_origin origin;
	} forms[] = { { RECORD_FREEBSD, INPUT_FREEBSD },
		      { RECORD_NETBSD, INPUT_NETBSD } };
	int fd = memfd_create("trace", MFD_CLOEXEC);

	MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
	for (unsigned i = 0; i < 2; i++) {
		struct text text = TEXT_INIT;

		write_as(&text, fd, forms[i].system);
		read_as(&text, forms[i].origin);
		text_done(&text);
	}
	close(fd);
	return 0;
}
