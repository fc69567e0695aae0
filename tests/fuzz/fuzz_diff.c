/*
 * A trace that somebody hands us against itself, from which nothing differs,
 * and against its first half: whatever is in them, no control byte comes out,
 * and JSON is one object a line. Rooms: report
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "compare/comparison.h"
#include "dump/dump.h"
#include "dump/job.h"
#include "look.h"
#include "must.h"
#include "report/diff.h"
#include "report/difference.h"
#include "show/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lines(const struct text *text)
{
	for (size_t i = 0; i < text->length; i++) {
		unsigned char c = (unsigned char)text->data[i];

		MUST(c == '\n' || (c >= ' ' && c != 0x7f));
	}
	MUST(text->length == 0 || text->data[text->length - 1] == '\n');
}

static void take(struct comparison *comparison, unsigned trace,
		 const uint8_t *data, size_t size)
{
	const struct job job = {
		.file = "trace",
		.report = &diff_report,
		.subject = comparison,
		.debug_directories = "/no/such/directory",
		.view.style.width = 80,
		.out = -1,
	};
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct text error = TEXT_INIT;

	MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	comparison->trace = trace;
	if (dump_run(&job, fd, &error) < 0)
		comparison->traces[trace].is_damaged = true;
	text_done(&error);
	close(fd);
}

struct telling {
	struct difference difference;
	struct text text;
};

static int tell(void *context, const struct trait *trait)
{
	struct telling *telling = context;

	difference_put(&telling->text, &telling->difference, trait);
	return 0;
}

static void check(struct comparison *comparison, bool json, bool is_same)
{
	const struct view view = { .style.width = 80 };
	struct telling telling = { .difference = {
				       .view = &view,
				       .comparison = comparison,
				       .names = { "one", "other" },
				       .counts = json,
				       .json = json,
				   } };

	difference_put_traces(&telling.text, &telling.difference);
	MUST(traits_each_difference(&comparison->traits, json, tell,
				    &telling) == 0);
	MUST(!is_same || !telling.difference.any);
	MUST(!telling.text.failed);
	if (json)
		look_at_objects(&telling.text);
	else
		check_lines(&telling.text);
	text_done(&telling.text);
}

static void compare(const uint8_t *data, size_t size, size_t other_size)
{
	struct comparison *comparison = NULL;

	MUST(comparison_open(&comparison) == 0);
	take(comparison, 0, data, size);
	take(comparison, 1, data, other_size);
	MUST(comparison_settle(comparison) == 0);
	check(comparison, false, size == other_size);
	check(comparison, true, size == other_size);
	comparison_close(comparison);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	compare(data, size, size);
	compare(data, size, size / 2);
	return 0;
}
