/*
 * Real jobs, recorded twice: run again they are the same to kdump-u --diff,
 * whatever their numbers, addresses and temporary names; and one changed thing
 * is what it shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "support/command.h"
#include "support/run.h"
#include "support/trace.h"

static struct run_place place;

static int open_place(void **state)
{
	(void)state;
	return run_place_open(&place, RUN_AS_SELF);
}

static int close_place(void **state)
{
	(void)state;
	run_place_close(&place);
	return 0;
}

static void put_file(const char *name, const char *contents)
{
	assert_int_equal(run_place_put(&place, name, contents, 0644), 0);
}

/* Records a shell's command into a file of that name. */
static void record(const char *trace, const char *script, const char *variable)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const char *const options[] = { "-i", "-f", trace, NULL };
	const char *const env[] = { variable, NULL };
	struct run_spec spec = { .argv = argv, .trace = options, .env = env };
	struct run_result result;

	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_false(result.timed_out);
	run_result_done(&result);
}

/* What kdump-u says of the two, which must end so. */
static struct text diff(int status, const char *one, const char *two)
{
	char first[PATH_MAX], second[PATH_MAX];
	const char *argv[] = { KDUMP_U, "--diff", one, two, NULL, NULL, NULL };
	struct command_result result;
	size_t count = 2;

	count += one != NULL;
	count += two != NULL;
	argv[count] = run_place_file(&place, "first", first);
	argv[count + 1] = run_place_file(&place, "second", second);
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	if (!WIFEXITED(result.status) || WEXITSTATUS(result.status) != status)
		fail_msg("status %#x, wanted %d: %s%s", result.status, status,
			 text_string(&result.out), text_string(&result.err));
	text_done(&result.err);
	return result.out;
}

static void must_be_same(void)
{
	_cleanup_(text_done) struct text got = diff(0, NULL, NULL);

	assert_string_equal(text_string(&got), "");
}

/* The lines that begin with a sign are these, with @ for the place. */
static void must_differ(const char *wanted)
{
	_cleanup_(text_done) struct text got = diff(1, NULL, NULL);
	_cleanup_(text_done) struct text lines = TEXT_INIT;
	_cleanup_(text_done) struct text all = TEXT_INIT;
	size_t length = strlen(place.path);
	char *save = NULL;

	text_bytes(&all, got.data, got.length);
	for (char *line = strtok_r((char *)text_string(&got), "\n", &save);
	     line; line = strtok_r(NULL, "\n", &save)) {
		if (strchr("@!", line[0]) || !strncmp(line, "---", 3) ||
		    !strncmp(line, "+++", 3))
			continue;
		for (char *at; (at = strstr(line, place.path));) {
			*at = '@';
			memmove(at + 1, at + length, strlen(at + length) + 1);
		}
		text_put(&lines, line);
		text_char(&lines, '\n');
	}
	if (strcmp(text_string(&lines), wanted) != 0)
		fail_msg("wanted:\n%s\ngot:\n%s", wanted, text_string(&all));
}

static void must_have(struct text *got, const char *wanted)
{
	if (!strstr(text_string(got), wanted))
		fail_msg("no %s in:\n%s", wanted, text_string(got));
}

/* ---- compilations ---- */

static void need_compiler(void)
{
	if (run_has(&place, "gcc"))
		return;
	printf("skipped: no compiler here\n");
	skip();
}

/* With what it writes gone, so that it is there in neither. */
static void compile(const char *trace, const char *command)
{
	char path[PATH_MAX];

	unlink(run_place_file(&place, "a.o", path));
	unlink(run_place_file(&place, "a", path));
	record(trace, command, NULL);
}

static void test_compile_twice(void **state)
{
	(void)state;
	need_compiler();
	put_file("a.h", "extern int x;\n");
	put_file("a.c", "#include <stdio.h>\n#include \"a.h\"\n"
			"int main(void) { return puts(\"x\"); }\n");
	compile("first", "gcc -O2 -pipe a.c -o a; gcc a.c -o a");
	compile("second", "gcc -O2 -pipe a.c -o a; gcc a.c -o a");
	must_be_same();
}

static void test_header(void **state)
{
	(void)state;
	need_compiler();
	put_file("a.h", "extern int x;\n");
	put_file("b.h", "extern int y;\n");
	put_file("a.c", "#include \"a.h\"\n");
	compile("first", "gcc -c a.c");
	put_file("a.h", "#include \"b.h\"\n");
	compile("second", "gcc -c a.c");
	must_differ("+read @/b.h\n");
}

static void test_flag(void **state)
{
	_cleanup_(text_done) struct text got = TEXT_INIT;

	(void)state;
	need_compiler();
	put_file("a.c", "int a;\n");
	compile("first", "gcc -c a.c; :");
	compile("second", "gcc -c -O1 a.c; :");
	got = diff(1, "-w", "call = execve");
	must_have(&got, "@@ programs @@\n"
			"+sh: \"sh\", \"-c\", \"gcc -c -O1 a.c; :\"\n"
			"-sh: \"sh\", \"-c\", \"gcc -c a.c; :\"\n");
	must_have(&got, "\n+sh > gcc: \"gcc\", \"-c\", \"-O1\", \"a.c\"\n");
	must_have(&got, "\n-sh > gcc: \"gcc\", \"-c\", \"a.c\"\n");
	assert_null(strstr(text_string(&got), "> as:"));
}

/* ---- other jobs ---- */

static void test_missing(void **state)
{
	_cleanup_(text_done) struct text got = TEXT_INIT;
	char path[PATH_MAX];

	(void)state;
	put_file("here", "x\n");
	record("first", "cat here", NULL);
	unlink(run_place_file(&place, "here", path));
	record("second", "cat here", NULL);
	got = diff(1, "-w", "path = **/here or point = t");
	must_have(&got, "/here\n");
	must_have(&got, "/here: ENOENT\n");
	must_have(&got, "/here: ok\n");
	must_have(&got, "\"cat\", \"here\": exit 0\n");
	must_have(&got, "\"cat\", \"here\": exit 1\n");
}

static void test_status(void **state)
{
	(void)state;
	record("first", "exit $STATUS", "STATUS=3");
	record("second", "exit $STATUS", "STATUS=4");
	must_differ("-sh: \"sh\", \"-c\", \"exit $STATUS\": exit 3\n"
		    "+sh: \"sh\", \"-c\", \"exit $STATUS\": exit 4\n");
	record("second", "kill -s TERM $$", NULL);
	record("first", "kill -s TERM $$", NULL);
	must_be_same();
}

/* Numbers of processes in names, terminals, pipes and the background. */
static void test_noise(void **state)
{
	static const char script[] =
	    "echo x > file.$$; cat < file.$$ | tr x y; rm file.$$; "
	    "cat /proc/$$/comm; d=$(mktemp -d); echo z > $d/z; "
	    "f=$(mktemp $d/fXXXXXX); rm -r $d; (exit 1)";

	(void)state;
	record("first", script, NULL);
	record("second", script, NULL);
	must_be_same();
}

static void test_connection(void **state)
{
	_cleanup_(text_done) struct text got = TEXT_INIT;

	(void)state;
	if (!run_has(&place, "bash")) {
		printf("skipped: no bash here\n");
		skip();
	}
	put_file("job", "true\n");
	record("first", "bash ./job; :", NULL);
	/* Nobody listens at a port that small. */
	put_file("job", "exec 3<>/dev/tcp/127.0.0.1/1\n");
	record("second", "bash ./job; :", NULL);
	got = diff(1, "-w", "call = @network");
	must_have(&got, "@@ addresses @@\n+connect 127.0.0.1:1\n");
	must_have(&got, "\n+connect 127.0.0.1:1: ECONNREFUSED\n");
	text_done(&got);
	got = diff(1, "--json", "-wcall=connect");
	must_have(&got, "{\"v\":1,\"ev\":\"diff\",\"about\":\"addresses\","
			"\"address\":\"127.0.0.1:1\",\"call\":\"connect\","
			"\"first\":0,\"second\":1}\n");
	must_have(&got, "\"side\":\"second\"");
}

/* ---- what is not all there ---- */

/* Cuts the trace off in front of its last record of that name. */
static void cut(const char *name, const char *structure)
{
	const struct trace_item *item = NULL, *last = NULL;
	char path[PATH_MAX];
	struct trace trace;

	assert_int_equal(trace_load(&trace, run_place_file(&place, name, path)),
			 0);
	while ((item = trace_find(&trace, item,
				  (struct trace_match){ .name = structure })))
		last = item;
	assert_non_null(last);
	assert_int_equal(truncate(path, (off_t)last->record.offset), 0);
	trace_done(&trace);
}

static void test_incomplete(void **state)
{
	_cleanup_(text_done) struct text got = TEXT_INIT;
	char path[PATH_MAX];

	(void)state;
	record("first", "exit 1", NULL);
	record("second", "exit 1", NULL);
	must_be_same();
	cut("second", KTR_STRUCT_END);
	got = diff(2, NULL, NULL);
	must_have(&got, "second is not whole: its end is missing\n"
			"! what there is of both tells the same\n");
	text_done(&got);
	cut("second", KTR_STRUCT_EXIT_STATUS);
	got = diff(1, NULL, NULL);
	must_have(&got, "second is not whole: its end is missing\n--- ");
	must_have(&got, "-sh: \"sh\", \"-c\", \"exit 1\": exit 1\n");
	text_done(&got);
	run_place_file(&place, "second", path);
	assert_int_equal(truncate(path, 1000), 0);
	got = diff(2, NULL, NULL);
	must_have(&got, "is not whole: not all of it can be read\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compile_twice),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_flag),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_connection),
		cmocka_unit_test(test_incomplete),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("diff", tests, open_place,
					   close_place);
}
