/* Looks at the clock once in a while, and at where the input is read. */
#include "dump/progress.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/fd.h"
#include "base/text.h"

#define RECORDS  1024u /* between two looks at the clock */
#define FIRST_MS 1000u
#define NEXT_MS  200u
#define CLEAR    "\r\033[K"

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void progress_open(struct progress *progress, int input, int output,
		   bool streams)
{
	struct stat status;

	*progress = (struct progress){ .terminal = -1, .input = input };
	progress->is_shared = isatty(output);
	if (!isatty(STDERR_FILENO) || (streams && progress->is_shared))
		return;
	progress->terminal = STDERR_FILENO;
	progress->next_ms = now_ms() + FIRST_MS;
	if (!fstat(input, &status) && S_ISREG(status.st_mode))
		progress->size = (uint64_t)status.st_size;
}

static void tell(struct progress *progress)
{
	off_t at = lseek(progress->input, 0, SEEK_CUR);
	struct text text = TEXT_INIT;

	text_put(&text, CLEAR "kdump-u: ");
	if (progress->size && at >= 0)
		text_format(&text, "%u %% of %" PRIu64 " MB",
			    (unsigned)((uint64_t)at * 100 / progress->size),
			    progress->size / 1000000);
	else
		text_put(&text, "reading");
	/* Nothing depends on it. */
	(void)fd_write_all(progress->terminal, text.data, text.length);
	text_done(&text);
	progress->is_shown = true;
}

void progress_note(struct progress *progress)
{
	uint64_t now;

	if (progress->terminal < 0 || ++progress->records % RECORDS)
		return;
	now = now_ms();
	if (now < progress->next_ms)
		return;
	progress->next_ms = now + NEXT_MS;
	tell(progress);
}

void progress_clear(struct progress *progress)
{
	if (!progress->is_shown)
		return;
	progress->is_shown = false;
	(void)fd_write_all(progress->terminal, CLEAR, sizeof(CLEAR) - 1);
}

void progress_yield(struct progress *progress)
{
	if (progress->is_shared)
		progress_clear(progress);
}
