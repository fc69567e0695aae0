/*
 * What files would give to this process if it executed them: which file that
 * is, and who gains by it.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "supervisor/program.h"

static char place[] = "/tmp/ktrace-u-program.XXXXXX";

static void put(const char *name, const char *contents, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, contents, strlen(contents)),
			 strlen(contents));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int ask(const char *path, int dirfd, bool follows,
	       struct program_answer *ret)
{
	struct program_call call = { .tid = getpid(),
				     .dirfd = dirfd,
				     .follows = follows };

	snprintf(call.path, sizeof(call.path), "%s", path);
	return program_ask(&call, ret);
}

/* A path, and the file that it comes to, or the error. */
static const struct naming {
	const char *path;
	const char *file;
	int result;
} namings[] = {
	{ "program", "program", 0 },
	{ "./below/../program", "program", 0 },
	{ "link", "program", 0 },
	{ "script", "program", 0 },
	{ "script_of_script", "program", 0 },
	{ "below", NULL, -EACCES },
	{ "pipe", NULL, -EACCES },
	{ "nothing", NULL, -ENOENT },
	{ "script_of_nothing", NULL, -ENOENT },
	{ "script_of_itself", NULL, -ELOOP },
};

static void test_names(void **state)
{
	struct program_answer answer;
	char whole[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(namings); i++) {
		const struct naming *naming = &namings[i];

		assert_int_equal(ask(naming->path, AT_FDCWD, true, &answer),
				 naming->result);
		if (naming->result)
			continue;
		snprintf(whole, sizeof(whole), "%s/%s", place, naming->file);
		assert_string_equal(answer.path, whole);
		assert_int_equal(answer.gain, PROGRAM_GAINS_NOTHING);
		assert_true(answer.is_plain);
	}
}

static void test_descriptors(void **state)
{
	int directory = open("below", O_PATH | O_CLOEXEC);
	int file = open("program", O_PATH | O_CLOEXEC);
	struct program_answer answer;
	char own[32];

	(void)state;
	assert_int_equal(ask("../program", directory, true, &answer), 0);
	assert_int_equal(ask("", file, true, &answer), 0);
	assert_int_equal(ask("", directory, true, &answer), -EACCES);
	assert_int_equal(ask("link", AT_FDCWD, false, &answer), -EACCES);
	snprintf(own, sizeof(own), "/proc/self/fd/%d", file);
	assert_int_equal(ask(own, AT_FDCWD, true, &answer), 0);
	snprintf(own, sizeof(own), "/dev/fd/%d", file);
	assert_int_equal(ask(own, AT_FDCWD, true, &answer), 0);
	close(file);
	close(directory);
}

static void test_running(void **state)
{
	struct program_identity running, other;
	struct program_answer answer;
	struct program_call call = { .tid = getpid(),
				     .dirfd = AT_FDCWD,
				     .follows = true,
				     .path = "/proc/self/exe" };

	(void)state;
	assert_int_equal(program_ask(&call, &answer), 0);
	assert_int_equal(program_file_running(getpid(), &running), 0);
	assert_true(program_file_is_same(&running, &answer.identity));
	assert_int_equal(ask("program", AT_FDCWD, true, &answer), 0);
	assert_false(program_file_is_same(&running, &answer.identity));
	snprintf(call.path, sizeof(call.path), "%s/program", place);
	if (!program_file_glance(&call, &other)) /* Linux 5.12 */
		assert_true(program_file_is_same(&other, &answer.identity));
	assert_false(program_file_is_settled(&answer.identity));
}

/* Bits of others give something; bits of our own, none. */
static void test_gains(void **state)
{
	static const struct {
		mode_t mode;
		enum program_gain gain;
	} rows[] = {
		{ 04755, PROGRAM_GAINS_USER },
		{ 02755, PROGRAM_GAINS_GROUP },
		{ 02745, PROGRAM_GAINS_NOTHING }, /* mandatory locking */
		{ 06755, PROGRAM_GAINS_USER },
		{ 0755, PROGRAM_GAINS_NOTHING },
	};
	struct program_answer answer;
	struct statvfs system;

	(void)state;
	assert_int_equal(statvfs(place, &system), 0);
	if (geteuid() != 0 || (system.f_flag & ST_NOSUID) ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) {
		print_message("needs root, and a file system with such bits\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		put("given", "", 0600);
		assert_int_equal(chmod("given", rows[i].mode), 0);
		assert_int_equal(ask("given", AT_FDCWD, true, &answer), 0);
		assert_int_equal(answer.gain, PROGRAM_GAINS_NOTHING);
		assert_int_equal(chown("given", 65533, 65533), 0);
		assert_int_equal(chmod("given", rows[i].mode), 0);
		assert_int_equal(ask("given", AT_FDCWD, true, &answer), 0);
		assert_int_equal(answer.gain, rows[i].gain);
		assert_int_equal(answer.is_plain, rows[i].mode == 0755);
		unlink("given");
	}
}

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(place));
	assert_int_equal(chdir(place), 0);
	assert_int_equal(mkdir("below", 0700), 0);
	assert_int_equal(mkfifo("pipe", 0700), 0);
	put("program", "\177ELF", 0755);
	put("script", "#!program\n", 0755);
	put("script_of_script", "#! \t./script and more\n", 0755);
	put("script_of_nothing", "#!/nonexistent/x", 0755);
	put("script_of_itself", "#!script_of_itself\n", 0755);
	return symlink("program", "link");
}

static int tear_down(void **state)
{
	static const char *const names[] = { "program",
					     "script",
					     "script_of_script",
					     "script_of_nothing",
					     "script_of_itself",
					     "link",
					     "pipe" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(names[i]);
	return rmdir("below") || chdir("/") || rmdir(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_running),
		cmocka_unit_test(test_gains),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
