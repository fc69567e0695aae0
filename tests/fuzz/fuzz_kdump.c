/*
 * Rooms: kdump
 * A trace that somebody hands us, printed in every way: whatever is in it, no
 * control byte may come out, and JSON must be one object a line.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "base/text.h"
#include "kdump/json.h"
#include "kdump/line.h"
#include "kdump/options.h"
#include "join/state.h"
#include "must.h"
#include "trace/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ways to print: all that an option changes is in one of them. */
static const struct options ways[] = {
	{ .style = { .width = 80 } },
	{ .absolute = true,
	  .elapsed = true,
	  .relative = true,
	  .threads = true,
	  .numbers = true,
	  .abi = true,
	  .cpu = true,
	  .decimal = true,
	  .style = { .width = 9, .utf8 = true } },
	{ .plain = true, .no_data = true, .style = { .width = 200 } },
	{ .json = true, .data_max = 7, .style = { .width = 80 } },
	{ .json = true, .no_data = true, .style = { .width = 80 } },
};

static void check_lines(const struct text *text)
{
	unsigned char c;

	for (size_t i = 0; i < text->length; i++) {
		c = (unsigned char)text->data[i];
		MUST(c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f));
	}
	MUST(text->length > 0 && text->data[text->length - 1] == '\n');
}

static void check_json(const struct text *text)
{
	MUST(text->length > 3 && text->data[0] == '{');
	MUST(memcmp(text->data + text->length - 2, "}\n", 2) == 0);
	MUST(text_is_utf8(text->data, text->length));
	for (size_t i = 0; i < text->length - 1; i++)
		MUST((unsigned char)text->data[i] >= ' ');
}

static void print(struct text *text, const struct options *options,
		  const struct state *state, const struct record *record)
{
	text_clear(text);
	if (options->json) {
		json_put(text, options, state, record);
		check_json(text);
		text_clear(text);
		json_put_drop(text, record);
		check_json(text);
	} else if (line_has(record)) {
		line_put(text, options, state, record);
		line_put_drop(text, options, record);
		check_lines(text);
	}
	MUST(!text->failed);
}

static void print_trace(int fd, const struct options *options)
{
	struct state state = STATE_INIT;
	struct text text = TEXT_INIT;
	struct reader *reader;
	struct record record;

	MUST(reader_open(&reader, fd) == 0);
	while (reader_next(reader, &record) == READER_RECORD) {
		MUST(state_learn(&state, &record) == 0);
		MUST(state.entries <= STATE_ENTRIES_MAX + 1);
		print(&text, options, &state, &record);
		state_shown(&state, &record);
	}
	reader_close(reader);
	state_done(&state);
	text_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		MUST(lseek(fd, 0, SEEK_SET) == 0);
		print_trace(fd, &ways[i]);
	}
	close(fd);
	return 0;
}
