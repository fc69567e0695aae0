/*
 * Secrets of a real program, in its environment, its words, its data and its
 * paths: in nothing that kdump-u --redact says is any of them, nor in the copy
 * that it writes, which is the trace but for that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "support/command.h"
#include "support/run.h"
#include "support/trace.h"

/* What is secret by the name in front of it, or since that was. */
static const char *const secrets[] = {
	"tok-en-value-1", "pass-word-2",   "pass-word-3",
	"bearer-4",       "json-secret-5",
};
/* What only a person knows to be. */
#define CODENAME "manhattan"

#define SCRIPT                                                                 \
	"echo x > file-$MY_TOKEN; cat file-$MY_TOKEN; rm file-$MY_TOKEN; "     \
	"env true --password=pass-word-2 --passwd $MY_PASSWD; "                \
	"printf 'GET / HTTP/1.1\\r\\nAuthorization: Bearer bearer-4\\r\\n'; "  \
	"printf '{\"secret\": \"'; printf 'json-secret-5\"}'; "                \
	"cat 2>&1 /" CODENAME

static struct run_place place;
static char trace_path[PATH_MAX], copy_path[PATH_MAX];

static int record(void **state)
{
	static const char *const argv[] = { "sh", "./script", NULL };
	static const char *const options[] = { "-i", "-t", "+e", NULL };
	static const char *const env[] = { "MY_TOKEN=tok-en-value-1",
					   "MY_PASSWD=pass-word-3", NULL };
	struct run_spec spec = { .argv = argv, .trace = options, .env = env };
	struct run_result result;

	(void)state;
	if (run_place_open(&place, RUN_AS_SELF) ||
	    run_place_put(&place, "script", SCRIPT, 0644))
		return -1;
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(WIFEXITED(result.status));
	run_result_done(&result);
	run_place_file(&place, "ktrace.out", trace_path);
	run_place_file(&place, "copy", copy_path);
	return chmod(trace_path, 0640);
}

static int remove_all(void **state)
{
	(void)state;
	run_place_close(&place);
	return 0;
}

#define WORDS_MAX 8

/* Runs kdump-u with words, and the trace behind them. */
static struct command_result kdump(int status, const char *const *words)
{
	const char *argv[WORDS_MAX + 3] = { KDUMP_U };
	struct command_result result;
	size_t count = 1;

	for (; count <= WORDS_MAX && words[count - 1]; count++)
		argv[count] = words[count - 1];
	argv[count] = trace_path;
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	if (!WIFEXITED(result.status) || WEXITSTATUS(result.status) != status)
		fail_msg("status %#x: %s", result.status,
			 text_string(&result.err));
	return result;
}

static bool has(const struct text *text, const char *what)
{
	return memmem(text->data, text->length, what, strlen(what)) != NULL;
}

static void must_hide(const struct text *text, const char *where)
{
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		if (has(text, secrets[i]))
			fail_msg("%s tells %s", where, secrets[i]);
	if (has(text, CODENAME))
		fail_msg("%s tells " CODENAME, where);
}

/* Without the option they are there: what is looked for can be found. */
static void test_without(void **state)
{
	static const char *const words[] = { NULL };
	struct command_result result = kdump(0, words);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		assert_true(has(&result.out, secrets[i]));
	assert_true(has(&result.out, CODENAME));
	command_done(&result);
}

#define REDACT "--redact", "--redact=" CODENAME

static void test_forms(void **state)
{
	static const char *const forms[][WORDS_MAX] = {
		{ REDACT, NULL },
		{ REDACT, "--json", NULL },
		{ REDACT, "-j", NULL },
		{ REDACT, "-jn", NULL },
		{ REDACT, "--stats", NULL },
		{ REDACT, "--files", NULL },
		{ REDACT, "--tree", NULL },
		{ REDACT, "--summary", "--json", NULL },
		{ REDACT, "--chrome", NULL },
		{ REDACT, "-w", "path = **", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct command_result result = kdump(0, forms[i]);

		assert_true(result.out.length > 0);
		must_hide(&result.out, forms[i][2] ?: "kdump-u --redact");
		command_done(&result);
	}
}

/* What was masked was, and all else is what it was. */
static void test_shown(void **state)
{
	static const char *const words[] = { "--redact", NULL };
	struct command_result result = kdump(0, words);

	(void)state;
	assert_true(has(&result.out, "\"MY_TOKEN=**************\""));
	assert_true(has(&result.out, "\"--password=***********\", \"--passwd\","
				     " \"***********\""));
	assert_true(has(&result.out, "Authorization: ***************"));
	assert_true(has(&result.out, "file-**************\""));
	assert_true(has(&result.out, CODENAME));
	command_done(&result);
}

static struct text read_file(const char *path)
{
	struct text text = TEXT_INIT;

	assert_int_equal(run_read_file(&text, path), 0);
	return text;
}

static void make_copy(void)
{
	const char *const words[] = { REDACT, "-o", copy_path, NULL };
	struct command_result result = kdump(0, words);

	assert_int_equal(result.out.length, 0);
	assert_int_equal(result.err.length, 0);
	command_done(&result);
}

/* Byte by byte the same, or masked. */
static void test_copy(void **state)
{
	_cleanup_(text_done) struct text trace = read_file(trace_path);
	_cleanup_(text_done) struct text copy = TEXT_INIT;
	struct stat status;
	size_t masked = 0;

	(void)state;
	make_copy();
	copy = read_file(copy_path);
	must_hide(&copy, "the copy");
	assert_int_equal(copy.length, trace.length);
	for (size_t i = 0; i < copy.length; i++) {
		if (copy.data[i] != trace.data[i] && copy.data[i] != '*')
			fail_msg("byte %zu is another one", i);
		masked += copy.data[i] != trace.data[i];
	}
	assert_true(masked > 100);
	assert_int_equal(stat(copy_path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
}

/* The same records, of which no number has changed. */
static void test_copy_is_whole(void **state)
{
	_cleanup_(text_done) struct text why = TEXT_INIT;
	struct trace trace, copy;

	(void)state;
	make_copy();
	assert_int_equal(trace_load(&trace, trace_path), 0);
	assert_int_equal(trace_load(&copy, copy_path), 0);
	if (!trace_is_whole(&copy, &why))
		fail_msg("%s", text_string(&why));
	assert_int_equal(copy.count, trace.count);
	for (size_t i = 0; i < copy.count; i++) {
		const struct record *one = &trace.items[i].record;
		const struct record *other = &copy.items[i].record;

		assert_int_equal(one->kind, other->kind);
		assert_int_equal(one->pid, other->pid);
		assert_int_equal(one->time_ns, other->time_ns);
		assert_int_equal(one->length, other->length);
		if (one->kind == KTR_SYSCALL || one->kind == KTR_SYSRET)
			assert_memory_equal(one->payload, other->payload,
					    one->length);
	}
	trace_done(&trace);
	trace_done(&copy);
}

/* What has been cleaned has nothing that is to be. */
static void test_copy_again(void **state)
{
	static const char *const plain[] = { NULL };
	static const char *const redacted[] = { REDACT, NULL };
	struct command_result one, other;
	char saved[PATH_MAX];

	(void)state;
	make_copy();
	one = kdump(0, redacted);
	memcpy(saved, trace_path, sizeof(saved));
	memcpy(trace_path, copy_path, sizeof(saved));
	other = kdump(0, plain);
	memcpy(trace_path, saved, sizeof(saved));
	assert_int_equal(one.out.length, other.out.length);
	assert_memory_equal(one.out.data, other.out.data, one.out.length);
	command_done(&one);
	command_done(&other);
}

/* ---- where a copy cannot go ---- */

static void must_refuse(const char *to, const char *why)
{
	const char *const words[] = { "--redact", "-o", to, NULL };
	_cleanup_(text_done) struct text before = read_file(trace_path);
	_cleanup_(text_done) struct text after = TEXT_INIT;
	struct command_result result = kdump(1, words);

	if (!strstr(text_string(&result.err), why))
		fail_msg("%s: %s", to, text_string(&result.err));
	after = read_file(trace_path);
	assert_int_equal(before.length, after.length);
	assert_memory_equal(before.data, after.data, before.length);
	command_done(&result);
}

static void test_refused(void **state)
{
	char link_path[PATH_MAX], none[PATH_MAX];

	(void)state;
	must_refuse(trace_path, ": is the trace itself\n");
	run_place_file(&place, "hard", link_path);
	assert_int_equal(link(trace_path, link_path), 0);
	must_refuse(link_path, ": is the trace itself\n");
	unlink(link_path);
	assert_int_equal(symlink(trace_path, link_path), 0);
	must_refuse(link_path, ": is no regular file\n");
	unlink(link_path);
	must_refuse(place.path, ": is no regular file\n");
	must_refuse("/dev/null", ": is no regular file\n");
	run_place_file(&place, "none/copy", none);
	must_refuse(none, ": No such file or directory\n");
}

/* Of a trace that is cut off, the copy has what there is. */
static void test_cut_off(void **state)
{
	_cleanup_(text_done) struct text trace = read_file(trace_path);
	_cleanup_(text_done) struct text copy = TEXT_INIT;
	char short_path[PATH_MAX], saved[PATH_MAX];
	const char *const words[] = { "--redact", "-o", copy_path, NULL };
	struct command_result result;

	(void)state;
	unlink(copy_path);
	run_place_file(&place, "short", short_path);
	assert_int_equal(run_place_put(&place, "short", "", 0600), 0);
	memcpy(saved, trace_path, sizeof(saved));
	memcpy(trace_path, short_path, sizeof(saved));
	{
		FILE *file = fopen(short_path, "we");

		assert_non_null(file);
		assert_int_equal(fwrite(trace.data, 1, trace.length - 3, file),
				 trace.length - 3);
		assert_int_equal(fclose(file), 0);
	}
	result = kdump(1, words);
	memcpy(trace_path, saved, sizeof(saved));
	assert_non_null(strstr(text_string(&result.err), "short: offset "));
	copy = read_file(copy_path);
	assert_true(copy.length > 0 && copy.length < trace.length);
	command_done(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_copy_is_whole),
		cmocka_unit_test(test_copy_again),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut_off),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("redact", tests, record, remove_all);
}
