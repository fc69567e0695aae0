/*
 * What kdump-u makes of a real compilation: the files it used, a timeline, its
 * compile_commands.json, and what -w selects, against the files that are there
 * and against each other.
 * Libraries: jansson
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/command.h"
#include "support/run.h"
#include "support/trace.h"

#define BUILD                                                                  \
	"mkdir -p sub; echo 'int a;' > a.c; echo 'int b = 1;' > sub/b.c; "     \
	"cc -c a.c -o a.o && cd sub && cc -O1 -DB='\"x y\"' -c b.c && cat b.c"

struct reports {
	struct run_place place;
	char trace[PATH_MAX];
};

static int record_build(void **state)
{
	static const char *const argv[] = { "sh", "-ec", BUILD, NULL };
	static const char *const options[] = { "-i", NULL };
	static struct reports reports;
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;

	if (run_place_open(&reports.place, RUN_AS_SELF))
		return -1;
	*state = &reports;
	if (!run_has(&reports.place, "cc"))
		return 0;
	assert_int_equal(run_program(&result, &reports.place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	run_place_file(&reports.place, "ktrace.out", reports.trace);
	return 0;
}

static int remove_build(void **state)
{
	struct reports *reports = *state;

	run_place_close(&reports->place);
	return 0;
}

static void need_compiler(const struct reports *reports)
{
	if (reports->trace[0])
		return;
	printf("skipped: no compiler here\n");
	skip();
}

static struct command_result print(const struct reports *reports,
				   const char *one, const char *two,
				   const char *three)
{
	const char *argv[] = { KDUMP_U, "-f", reports->trace, one, two,
			       three,   NULL };
	struct command_result result;

	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	if (!WIFEXITED(result.status) || WEXITSTATUS(result.status) != 0)
		fail_msg("%s: %s", one, text_string(&result.err));
	return result;
}

/* A report that is one document. */
static json_t *document(const struct reports *reports, const char *option)
{
	struct command_result result = print(reports, option, NULL, NULL);
	json_error_t error;
	json_t *root = json_loads(text_string(&result.out), 0, &error);

	if (!root)
		fail_msg("%s: line %d: %s", option, error.line, error.text);
	command_done(&result);
	return root;
}

static const char *string_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	if (!value)
		fail_msg("no %s in it", name);
	return value ? value : "";
}

static double number_of(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_number(value))
		fail_msg("no %s in it", name);
	return json_number_value(value);
}

/* ---- compile_commands.json ---- */

static void must_compile(const struct reports *reports, const json_t *entry,
			 const char *folder, const char *file,
			 const char *output)
{
	char directory[PATH_MAX];

	run_place_file(&reports->place, folder, directory);
	assert_string_equal(string_of(entry, "directory"),
			    *folder ? directory : reports->place.path);
	assert_string_equal(string_of(entry, "file"), file);
	if (output)
		assert_string_equal(string_of(entry, "output"), output);
	else
		assert_null(json_object_get(entry, "output"));
}

static void test_compilations(void **state)
{
	const struct reports *reports = *state;
	const json_t *words;
	json_t *root;

	need_compiler(reports);
	root = document(reports, "--compile-commands");
	assert_int_equal(json_array_size(root), 2);
	must_compile(reports, json_array_get(root, 0), "", "a.c", "a.o");
	must_compile(reports, json_array_get(root, 1), "sub", "b.c", NULL);
	words = json_object_get(json_array_get(root, 1), "arguments");
	assert_int_equal(json_array_size(words), 5);
	assert_string_equal(json_string_value(json_array_get(words, 2)),
			    "-DB=\"x y\"");
	json_decref(root);
}

/* ---- a timeline ---- */

/* Slices of one thread are within each other or apart. */
static void must_nest(const json_t *root)
{
	size_t count = json_array_size(root);
	double end = 0;
	int64_t tid = 0;

	for (size_t i = 0; i < count; i++) {
		const json_t *event = json_array_get(root, i);
		double begin, length;

		if (strcmp(string_of(event, "ph"), "X") != 0)
			continue;
		begin = number_of(event, "ts");
		length = number_of(event, "dur");
		assert_true(length >= 0);
		/* They stand there in the order in which they ended. */
		if (tid == (int64_t)number_of(event, "tid"))
			assert_true(begin + 0.0005 >= end);
		tid = (int64_t)number_of(event, "tid");
		end = begin + length;
	}
}

static size_t count_phase(const json_t *root, const char *phase)
{
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(root); i++)
		count += !strcmp(string_of(json_array_get(root, i), "ph"),
				 phase);
	return count;
}

static void test_timeline(void **state)
{
	const struct reports *reports = *state;
	struct trace trace;
	size_t returned, processes;
	json_t *root;

	need_compiler(reports);
	root = document(reports, "--chrome");
	assert_int_equal(trace_load(&trace, reports->trace), 0);
	/* But for the newborn's, whose entry is its parent's. */
	processes = trace_count(&trace,
				(struct trace_match){ .kind = KTR_PROCDTOR });
	returned = trace_count(&trace,
			       (struct trace_match){ .kind = KTR_SYSRET });
	assert_int_equal(count_phase(root, "X"), returned - (processes - 1));
	assert_int_equal(count_phase(root, "s"), processes - 1);
	assert_int_equal(count_phase(root, "f"), processes - 1);
	assert_int_equal(count_phase(root, "b"), count_phase(root, "e"));
	must_nest(root);
	trace_done(&trace);
	json_decref(root);
}

/* ---- files ---- */

static off_t size_of(const struct reports *reports, const char *name)
{
	char path[PATH_MAX];
	struct stat status;

	run_place_file(&reports->place, name, path);
	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

/* The line of a file, as an object. */
static json_t *file_line(const struct reports *reports, const char *name)
{
	struct command_result result = print(reports, "--files", "--json",
					     NULL);
	char path[PATH_MAX];
	json_t *found = NULL;

	run_place_file(&reports->place, name, path);
	for (char *line = strtok((char *)text_string(&result.out), "\n");
	     line && !found; line = strtok(NULL, "\n")) {
		json_t *object = json_loads(line, 0, NULL);

		assert_non_null(object);
		if (json_object_get(object, "name") &&
		    !strcmp(string_of(object, "name"), path))
			found = json_incref(object);
		json_decref(object);
	}
	if (!found)
		fail_msg("nothing was done with %s", path);
	command_done(&result);
	return found;
}

static void test_files(void **state)
{
	const struct reports *reports = *state;
	json_t *source, *object;

	need_compiler(reports);
	source = file_line(reports, "sub/b.c");
	/* Written by sh, read by the compiler and by cat. */
	assert_int_equal((off_t)number_of(source, "written"),
			 size_of(reports, "sub/b.c"));
	assert_true((off_t)number_of(source, "read") >=
		    2 * size_of(reports, "sub/b.c"));
	object = file_line(reports, "sub/b.o");
	assert_true((off_t)number_of(object, "written") >=
		    size_of(reports, "sub/b.o") / 2);
	json_decref(source);
	json_decref(object);
}

/* ---- what was done with them ---- */

#define USES                                                                   \
	"echo a >x; mv x y; chmod 600 y; ln y z; rm y; "                       \
	"test -e w || echo b >w; cat w >/dev/null; "                           \
	"mkdir d; cd d; cd ..; rmdir d; cp /bin/true t; ./t; cat none; :"

static int record_uses(struct reports *uses)
{
	static const char *const argv[] = { "sh", "-c", USES, NULL };
	const char *const options[] = { "-i", "-f", uses->trace, NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;

	run_place_file(&uses->place, "uses", uses->trace);
	assert_int_equal(run_program(&result, &uses->place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	return 0;
}

static void must_be_used(const struct reports *uses, const char *name,
			 const char *wanted)
{
	json_t *line = file_line(uses, name);
	const json_t *words = json_object_get(line, "used");
	struct text found = TEXT_INIT;

	for (size_t i = 0; i < json_array_size(words); i++) {
		text_put(&found, i ? " " : "");
		text_put(&found, json_string_value(json_array_get(words, i)));
	}
	if (strcmp(text_string(&found), wanted) != 0)
		fail_msg("%s: %s, not %s", name, text_string(&found), wanted);
	text_done(&found);
	json_decref(line);
}

static void test_uses(void **state)
{
	static const struct {
		const char *name, *used;
	} rows[] = {
		/* Whether sh had to make it nobody can tell. */
		{ "x", "written ensured removed renamed" },
		{ "z", "made" },
		/* But this was not there when test asked. */
		{ "w", "asked read written made" },
		{ "d", "made removed entered" },
		{ "none", "" },
	};
	struct reports uses = *(const struct reports *)*state;

	record_uses(&uses);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		must_be_used(&uses, rows[i].name, rows[i].used);
}

/* ---- what is selected ---- */

struct selected {
	size_t returns, failed, other;
};

/* Of lines of JSON: returns of openat, and of others. */
static struct selected count_returns(const struct command_result *result,
				     const char *name)
{
	struct selected selected = { 0 };
	char *copy = strdup(text_string((struct text *)&result->out));

	for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n")) {
		json_t *object = json_loads(line, 0, NULL);

		assert_non_null(object);
		if (!strcmp(string_of(object, "ev"), "sysret")) {
			bool is_it = !strcmp(string_of(object, "name"), name);
			bool failed = number_of(object, "error") > 0;

			selected.returns += is_it;
			selected.failed += is_it && failed;
			selected.other += !is_it || !failed;
		}
		json_decref(object);
	}
	free(copy);
	return selected;
}

static void test_selected(void **state)
{
	const struct reports *reports = *state;
	struct selected in_all, in_selected;
	struct command_result result;

	need_compiler(reports);
	result = print(reports, "--json", NULL, NULL);
	in_all = count_returns(&result, "openat");
	command_done(&result);
	result = print(reports, "--json", "-w", "call = openat and failed");
	in_selected = count_returns(&result, "openat");
	command_done(&result);
	assert_true(in_all.failed > 0 && in_all.returns > in_all.failed);
	assert_int_equal(in_selected.failed, in_all.failed);
	assert_int_equal(in_selected.other, 0);
}

static void must_show(const struct command_result *result, struct text *wanted)
{
	if (!strstr(text_string((struct text *)&result->out),
		    text_string(wanted)))
		fail_msg("no %s", text_string(wanted));
	text_done(wanted);
}

/* What a descriptor led to stands behind it, from sh to the compiler. */
static void test_names(void **state)
{
	const struct reports *reports = *state;
	struct text wanted = TEXT_INIT;
	struct command_result result;
	char path[PATH_MAX];

	need_compiler(reports);
	run_place_file(&reports->place, "sub", path);
	result = print(reports, "-j", NULL, NULL);
	text_format(&wanted,
		    "openat(AT_FDCWD<%s>, \"b.c\", O_RDONLY) = 3<%s/b.c>", path,
		    path);
	must_show(&result, &wanted);
	text_format(&wanted, "read(3<%s/b.c>, \"int b = 1;\\n\"", path);
	must_show(&result, &wanted);
	command_done(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compilations),
		cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_selected),
		cmocka_unit_test(test_names),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("reports", tests, record_build,
					   remove_build);
}
