/* Runs it, and looks. */
#include "support/kaudit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <unistd.h>

#include <sys/stat.h>

#define WORDS_MAX 24

void kaudit_run(struct run_result *ret, const struct run_place *place,
		const char *const *words)
{
	const char *argv[WORDS_MAX] = { place->kaudit };
	const struct run_spec spec = { .argv = argv };

	for (size_t i = 0; words[i]; i++) {
		assert_true(i + 2 < WORDS_MAX);
		argv[i + 1] = words[i];
	}
	assert_int_equal(run_program(ret, place, &spec), 0);
}

void kaudit_must_exit(struct run_result *result, int status)
{
	if (!run_exited(result, status))
		fail_msg("not %d: %s%s", status, text_string(&result->out),
			 text_string(&result->err));
}

void kaudit_must_say(const struct run_place *place, const char *const *words,
		     int status, const char *wanted)
{
	struct run_result result;

	kaudit_run(&result, place, words);
	kaudit_must_exit(&result, status);
	if (!strstr(text_string(&result.out), wanted) &&
	    !strstr(text_string(&result.err), wanted))
		fail_msg("no \"%s\" in:\n%s%s", wanted,
			 text_string(&result.out), text_string(&result.err));
	run_result_done(&result);
}

void kaudit_put(const struct run_place *place, const char *name,
		const char *text)
{
	assert_int_equal(run_place_put(place, name, text, 0644), 0);
}

void kaudit_await(const struct run_place *place, const char *name,
		  struct text *ret)
{
	const struct timespec moment = { .tv_nsec = 5000000 };
	char path[PATH_MAX];

	for (int i = 0; i < 6000; i++) {
		text_clear(ret);
		if (!run_read_file(ret, run_place_file(place, name, path)) &&
		    strchr(text_string(ret), '\n'))
			return;
		nanosleep(&moment, NULL);
	}
	fail_msg("no %s", name);
}

void kaudit_cut(const struct run_place *place, const char *name, off_t by)
{
	char path[PATH_MAX];
	struct stat status;

	run_place_file(place, name, path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(truncate(path, status.st_size - by), 0);
}
