/*
 * Stacks: those that kdump-u shows are those that gdb shows of the same program
 * at the entry of the same call, frame by frame: names, files, lines. Where
 * there is no stack to be had, the trace says why.
 *
 * Libraries: jansson
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "support/command.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/trace.h"

#define MARK "rt_sigsuspend" /* the call that the programs make */

static enum run_user user_of(void **state)
{
	return *state ? RUN_AS_ORDINARY : RUN_AS_SELF;
}

/* ---- running ---- */

/* Runs a program that must end well; its standard output is *ret_out's. */
static void must_run(const struct run_place *place, const char *const *argv,
		     const char *const *trace, struct text *ret_out)
{
	const struct run_spec spec = { .argv = argv, .trace = trace };
	struct run_result result;

	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	if (ret_out) {
		*ret_out = result.out;
		result.out = (struct text)TEXT_INIT;
	}
	run_result_done(&result);
}

/* The same for what a test does itself, as whom it runs. */
static void must_do(const char *const *argv, struct text *ret_out)
{
	struct command_result result;

	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	if (result.status)
		print_error("%s: %s\n", argv[0], text_string(&result.err));
	assert_int_equal(result.status, 0);
	if (ret_out) {
		*ret_out = result.out;
		result.out = (struct text)TEXT_INIT;
	}
	command_done(&result);
}

static const char *const all[] = { "-k", NULL };

static void record(const struct run_place *place, const char *const *argv,
		   const char *const *trace)
{
	must_run(place, argv, trace, NULL);
}

/* ---- what kdump-u shows ---- */

static const char *string_of(const json_t *object, const char *name)
{
	const char *string = json_string_value(json_object_get(object, name));

	return string ?: "";
}

/* The stack behind the first record of that kind and name; to be given to
 * json_decref(). */
static json_t *find_stack(struct text *lines, const char *event,
			  const char *member, const char *name)
{
	char *rest = (char *)text_string(lines);
	bool is_behind = false;
	char *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		json_t *record = json_loads(line, 0, NULL);

		if (is_behind && !strcmp(string_of(record, "name"), "stack"))
			return record;
		is_behind |= !strcmp(string_of(record, "ev"), event) &&
			     !strcmp(string_of(record, member), name);
		json_decref(record);
	}
	return NULL;
}

static json_t *shown_stack(const struct run_place *place,
			   const char *debug_option, const char *event,
			   const char *member, const char *name)
{
	char file[PATH_MAX];
	const char *const argv[] = { KDUMP_U, "--json", debug_option, file,
				     NULL };
	_cleanup_(text_done) struct text out = TEXT_INIT;
	json_t *stack;

	run_place_file(place, "ktrace.out", file);
	must_do(argv, &out);
	stack = find_stack(&out, event, member, name);
	assert_non_null(stack);
	return stack;
}

static json_t *call_stack(const struct run_place *place, const char *call)
{
	return shown_stack(place, "--debug-dir=/usr/lib/debug", "syscall",
			   "name", call);
}

static const char *end_of(const json_t *stack)
{
	return string_of(json_object_get(stack, "fields"), "end");
}

static const json_t *frame_of(const json_t *stack, size_t index)
{
	return json_array_get(json_object_get(stack, "frames"), index);
}

static size_t count_of(const json_t *stack)
{
	return json_array_size(json_object_get(stack, "frames"));
}

/* ---- names ---- */

/* Without arguments, and without what stands between angle brackets: gdb and
 * the demangler write types in ways of their own. */
static void plain_name(const char *name, char *to, size_t size)
{
	static const char nameless[] = "(anonymous namespace)";
	size_t length = 0;
	int depth = 0;

	for (; *name && length + 2 < size; name++) {
		bool is_nameless = !strncmp(name, nameless,
					    sizeof(nameless) - 1);
		bool is_call = !strncmp(name, "operator()", 10);

		if (*name == '>' && depth > 0)
			depth--;
		else if (*name == '<')
			depth++;
		else if (depth > 0)
			continue;
		else if (is_nameless)
			name += sizeof(nameless) - 2;
		else if (is_call) {
			length += (size_t)snprintf(to + length, size - length,
						   "operator()");
			name += 9;
		} else if (*name == '(')
			break;
		else if (*name != ' ')
			to[length++] = *name;
		if (length + 16 > size)
			break;
	}
	to[length] = '\0';
}

/* What has no debug information of its own, as what is written for assemblers,
 * has several names, and debuggers take any. */
static const char *shortest_alias(const char *name)
{
	name += strspn(name, "_");
	return strncmp(name, "GI_", 3) ? name
				       : name + 3 + strspn(name + 3, "_");
}

static bool has_aliases(const char *file)
{
	size_t length = strlen(file);

	return length < 2 || !strcmp(file + length - 2, ".S");
}

/* ---- what gdb shows ---- */

struct shown {
	char name[4096]; /* plain */
	char file[256];  /* without directories; "": not known */
	int line;
	bool is_signal;
};

/* "#3  0x00007fff in f (x=1) at dir/file.c:12" */
static void parse_frame(const char *line, struct shown *ret)
{
	const char *at = line + strspn(line, "#0123456789");
	const char *place = NULL;
	const char *found;

	at += strspn(at, " ");
	memset(ret, 0, sizeof(*ret));
	ret->is_signal = !strcmp(at, "<signal handler called>");
	if (!strncmp(at, "0x", 2) && (found = strstr(at, " in ")) != NULL)
		at = found + 4;
	plain_name(at, ret->name, sizeof(ret->name));
	for (found = at; (found = strstr(found, ") at ")) != NULL; found++)
		place = found + 5;
	if (!place)
		return;
	found = strrchr(place, '/');
	snprintf(ret->file, sizeof(ret->file), "%.*s",
		 (int)strcspn(found ? found + 1 : place, ":"),
		 found ? found + 1 : place);
	ret->line = atoi(strrchr(place, ':') + 1);
}

static size_t parse_frames(struct text *out, struct shown *frames, size_t size)
{
	char *rest = (char *)text_string(out);
	size_t count = 0;
	char *line;

	while ((line = strsep(&rest, "\n")) != NULL && count < size)
		if (line[0] == '#')
			parse_frame(line, &frames[count++]);
	return count;
}

static size_t ask_gdb(const struct run_place *place, const char *const *program,
		      const char *debug_directory, struct shown *frames,
		      size_t size)
{
	const char *argv[RUN_WORDS_MAX] = {
		"gdb",
		"-nx",
		"-batch",
		"-ex",
		"set debuginfod enabled off",
		"-ex",
		"set width 0",
		"-ex",
		"set backtrace past-main on",
		"-ex",
		"set backtrace past-entry on",
		"-ex",
		debug_directory,
		"-ex",
		"handle SIGUSR1 SIGALRM nostop noprint",
		"-ex",
		"catch syscall " MARK,
		"-ex",
		"run",
		"-ex",
		"bt",
		"--args",
	};
	_cleanup_(text_done) struct text out = TEXT_INIT;
	_cleanup_(text_done) struct text path = TEXT_INIT;
	size_t count = 0;

	while (argv[count])
		count++;
	text_format(&path, "%s/%s", place->programs, program[0] + 5);
	argv[count++] = text_string(&path);
	for (size_t i = 1; program[i]; i++)
		argv[count++] = program[i];
	must_run(place, argv, NULL, &out);
	return parse_frames(&out, frames, size);
}

/* ---- both ---- */

/* What the kernel maps is no file, and gdb alone knows its names. */
static bool is_of_kernel(const json_t *frame)
{
	return string_of(frame, "module")[0] == '[';
}

static void compare_frame(const json_t *ours, const struct shown *theirs)
{
	const char *file = strrchr(string_of(ours, "file"), '/');
	char name[4096];

	assert_int_equal(json_is_true(json_object_get(ours, "signal")),
			 theirs->is_signal);
	if (theirs->is_signal || is_of_kernel(ours))
		return;
	plain_name(string_of(ours, "function"), name, sizeof(name));
	if (has_aliases(theirs->file))
		assert_string_equal(shortest_alias(name),
				    shortest_alias(theirs->name));
	else
		assert_string_equal(name, theirs->name);
	if (!theirs->file[0])
		return;
	assert_string_equal(file ? file + 1 : "", theirs->file);
	assert_int_equal(json_integer_value(json_object_get(ours, "line")),
			 theirs->line);
}

static void compare(const struct run_place *place, const char *const *program,
		    const char *debug_directory, const json_t *stack)
{
	static struct shown frames[64];
	size_t count;
	_cleanup_(text_done) struct text command = TEXT_INIT;

	text_format(&command, "set debug-file-directory %s", debug_directory);
	count = ask_gdb(place, program, text_string(&command), frames,
			ARRAY_LEN(frames));
	assert_true(count > 3);
	assert_string_equal(end_of(stack), "top");
	for (size_t i = 0; i < count && i < count_of(stack); i++)
		compare_frame(frame_of(stack, i), &frames[i]);
	assert_int_equal(count_of(stack), count);
}

static bool has_gdb(struct run_place *place)
{
	if (run_has(place, "gdb"))
		return true;
	printf("skipped: gdb is not installed\n");
	run_place_close(place);
	return false;
}

static void compare_program(void **state, const char *const *program,
			    const char *const *trace)
{
	struct run_place place;
	json_t *stack;

	assert_int_equal(run_place_open(&place, user_of(state)), 0);
	if (!has_gdb(&place))
		skip();
	record(&place, program, trace);
	stack = call_stack(&place, MARK);
	compare(&place, program, "/usr/lib/debug", stack);
	json_decref(stack);
	run_place_close(&place);
}

static void test_chain(void **state)
{
	const char *const program[] = { "prog:stacks", "chain", NULL };

	compare_program(state, program, all);
}

static void test_handler(void **state)
{
	const char *const program[] = { "prog:stacks", "handler", NULL };

	compare_program(state, program, all);
}

static void test_thread(void **state)
{
	const char *const program[] = { "prog:stacks", "thread", NULL };

	compare_program(state, program, all);
}

/* Calls that change maps go through the filter for this alone. */
static void test_filter(void **state)
{
	const char *const program[] = { "prog:stacks", "chain", NULL };
	const char *const trace[] = { "-k", "--syscalls=" MARK,
				      "--seccomp=always", NULL };

	compare_program(state, program, trace);
}

static bool has_program(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PROG_DIR "/%s", name);
	if (!access(path, X_OK))
		return true;
	printf("skipped: there was no compiler for %s\n", name);
	return false;
}

static void test_templates(void **state)
{
	const char *const program[] = { "prog:stacks_templates", NULL };

	if (!has_program("stacks_templates"))
		skip();
	compare_program(state, program, all);
}

static void test_i386(void **state)
{
	const char *const chain[] = { "prog:stacks32", "chain", NULL };
	const char *const handler[] = { "prog:stacks32", "handler", NULL };

	if (!has_program("stacks32"))
		skip();
	compare_program(state, chain, all);
	compare_program(state, handler, all);
}

/* ---- a stripped library ---- */

#define CALLEE PROG_DIR "/libprog_callee.so"

static void strip_library(const char *library, const char *debug)
{
	const char *const keep[] = { "objcopy", "--only-keep-debug", CALLEE,
				     debug, NULL };
	const char *const strip[] = { "strip", "-o", library, CALLEE, NULL };

	must_do(keep, NULL);
	must_do(strip, NULL);
}

/* Puts the debug file where its build id says, below a directory that all may
 * read. */
static void keep_debug_file(const char *debug, const char *directory,
			    const char *build_id)
{
	_cleanup_(text_done) struct text path = TEXT_INIT;
	const char *argv[] = {
		"install", "-D", "-m", "644", debug, NULL, NULL
	};

	assert_true(strlen(build_id) > 2);
	text_format(&path, "%s/.build-id/%.2s/%s.debug", directory, build_id,
		    build_id + 2);
	argv[5] = text_string(&path);
	must_do(argv, NULL);
}

/* What `mapping` says of the library. */
static void build_id_of(const struct run_place *place, const char *library,
			char *to, size_t size)
{
	const struct trace_item *item = NULL;
	struct trace trace;

	fault_load(&trace, place, "ktrace.out");
	to[0] = '\0';
	while ((item = trace_find(&trace, item,
				  (struct trace_match){
				      .name = KTR_STRUCT_MAPPING })) != NULL)
		if (!strcmp(trace_text(item, "path"), library) &&
		    trace_text(item, "build_id"))
			snprintf(to, size, "%s", trace_text(item, "build_id"));
	trace_done(&trace);
}

static void open_library_place(void **state, struct run_place *place,
			       char library[PATH_MAX], char debug[PATH_MAX])
{
	assert_int_equal(run_place_open(place, user_of(state)), 0);
	run_place_file(place, "libcallee.so", library);
	run_place_file(place, "callee.debug", debug);
	strip_library(library, debug);
}

/* The frames of the library: behind sigsuspend and suspend. */
static void expect_hidden(const json_t *stack, bool is_named)
{
	const char *inner = string_of(frame_of(stack, 2), "function");

	assert_string_equal(end_of(stack), "top");
	assert_string_equal(string_of(frame_of(stack, 1), "function"),
			    "suspend");
	assert_string_equal(string_of(frame_of(stack, 5), "function"),
			    "library");
	if (is_named)
		assert_string_equal(inner, "hidden_inner");
	else
		assert_string_not_equal(inner, "hidden_inner");
}

static void test_library(void **state)
{
	_cleanup_(text_done) struct text option = TEXT_INIT;
	char library[PATH_MAX], debug[PATH_MAX], directory[PATH_MAX];
	const char *const program[] = { "prog:stacks", "library", library,
					NULL };
	static const char name[] = "--debug-dir=";
	char build_id[128];
	struct run_place place;
	json_t *stack;

	open_library_place(state, &place, library, debug);
	if (!has_gdb(&place))
		skip();
	record(&place, program, all);
	stack = call_stack(&place, MARK);
	expect_hidden(stack, false);
	json_decref(stack);
	build_id_of(&place, library, build_id, sizeof(build_id));
	run_place_file(&place, "debug", directory);
	keep_debug_file(debug, directory, build_id);
	text_format(&option, "%s%s:/usr/lib/debug", name, directory);
	stack = shown_stack(&place, text_string(&option), "syscall", "name",
			    MARK);
	expect_hidden(stack, true);
	compare(&place, program, text_string(&option) + strlen(name), stack);
	json_decref(stack);
	run_place_close(&place);
}

/* Another file took its name: nothing of it is named, and it is said. */
static void test_another_file(void **state)
{
	char library[PATH_MAX], debug[PATH_MAX], file[PATH_MAX];
	const char *const program[] = { "prog:stacks", "library", library,
					NULL };
	const char *const replace[] = { "cp", "/bin/true", library, NULL };
	const char *const argv[] = { KDUMP_U, file, NULL };
	_cleanup_(text_done) struct text out = TEXT_INIT;
	struct run_place place;
	json_t *stack;

	open_library_place(state, &place, library, debug);
	record(&place, program, all);
	must_do(replace, NULL);
	stack = call_stack(&place, MARK);
	expect_hidden(stack, false);
	assert_string_equal(string_of(frame_of(stack, 2), "problem"),
			    "the file has another build id by now");
	assert_string_equal(string_of(frame_of(stack, 2), "function"), "");
	assert_in_range(
	    strtoul(string_of(frame_of(stack, 2), "offset"), NULL, 16), 0x100,
	    0x10000);
	json_decref(stack);
	run_place_file(&place, "ktrace.out", file);
	must_do(argv, &out);
	assert_non_null(strstr(text_string(&out), "/libcallee.so+0x"));
	assert_non_null(strstr(text_string(&out),
			       " (the file has another build id by now)\n"));
	run_place_close(&place);
}

/* ---- where there is none ---- */

#if defined(__x86_64__)
static const struct bad {
	const char *way;
	const char *call;
	const char *end;
	size_t count; /* frames; 0: not to be told */
	size_t index; /* of one that has a name: */
	const char *name;
} bad[] = {
	{ "jit", MARK, "no unwind info", 3, 1, "suspend" },
	{ "none", "getppid", "memory unreadable", 1, 0, "broken_none" },
	{ "loops", "getppid", "too deep", 256, 255, "broken_loops" },
	{ "endless", "getppid", "broken", 1, 0, "broken_endless" },
};

static void test_bad(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *const program[] = { "prog:stacks", bad[i].way,
						NULL };
		struct run_place place;
		json_t *stack;

		assert_int_equal(run_place_open(&place, user_of(state)), 0);
		record(&place, program, all);
		stack = call_stack(&place, bad[i].call);
		assert_string_equal(end_of(stack), bad[i].end);
		assert_int_equal(count_of(stack), bad[i].count);
		assert_string_equal(
		    string_of(frame_of(stack, bad[i].index), "function"),
		    bad[i].name);
		json_decref(stack);
		run_place_close(&place);
	}
}
#endif

/* Threads die while their stacks are looked at. */
static void test_killed(void **state)
{
	const char *const program[] = { "prog:stacks", "killed", NULL };
	const struct run_spec spec = { .argv = program, .trace = all };

	for (int i = 0; i < 5; i++) {
		struct run_result result;
		struct run_place place;
		struct trace trace;

		assert_int_equal(run_place_open(&place, user_of(state)), 0);
		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(WIFSIGNALED(result.status));
		assert_int_equal(WTERMSIG(result.status), SIGKILL);
		fault_load(&trace, &place, "ktrace.out");
		fault_must_be_whole(&trace);
		assert_true(
		    trace_count(&trace, (struct trace_match){
					    .name = KTR_STRUCT_STACK }) > 800);
		trace_done(&trace);
		run_result_done(&result);
		run_place_close(&place);
	}
}

/* A program that its user may execute, but not read: no stack, and one word
 * about that. */
static void test_unreadable(void **state)
{
	char path[PATH_MAX];
	const char *const install[] = { "install",          "-m", "111",
					PROG_DIR "/stacks", path, NULL };
	const char *const program[] = { "./unreadable", "chain", NULL };
	const struct trace_match stacks = { .name = KTR_STRUCT_STACK };
	const struct trace_item *item = NULL;
	struct run_place place;
	struct trace trace;
	size_t said = 0;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_ORDINARY), 0);
	run_place_file(&place, "unreadable", path);
	must_do(install, NULL);
	record(&place, program, all);
	fault_load(&trace, &place, "ktrace.out");
	while ((item = trace_find(&trace, item,
				  (struct trace_match){
				      .name = KTR_STRUCT_COVERAGE })) != NULL)
		said += !strcmp(trace_text(item, "what"), "stack");
	assert_int_equal(said, 1);
	/* That of the exec is another program's. */
	assert_true(trace_count(&trace, stacks) <= 1);
	trace_done(&trace);
	run_place_close(&place);
}

/* ---- which ---- */

/* A signal's is that of whom it interrupted, known or only met. */
static void test_signal(void **state)
{
	const char *const program[] = { "prog:stacks", "handler", NULL };
	const char *const traces[][3] = { { "-ts", "-k", NULL },
					  { "-k", NULL },
					  { "--stack=SIGUSR1", NULL } };

	for (size_t i = 0; i < ARRAY_LEN(traces); i++) {
		struct run_place place;
		json_t *stack;

		assert_int_equal(run_place_open(&place, user_of(state)), 0);
		record(&place, program, traces[i]);
		stack = shown_stack(&place, "--debug-dir=/usr/lib/debug",
				    "psig", "signal", "SIGUSR1");
		assert_string_equal(end_of(stack), "top");
		assert_string_equal(string_of(frame_of(stack, 1), "function"),
				    "interrupted");
		json_decref(stack);
		run_place_close(&place);
	}
}

/* Whether the function is the first that is not the C library's own, of which
 * there are one or two. */
static bool calls_soon(const json_t *stack, const char *function)
{
	for (size_t i = 2; i <= 3; i++)
		if (!strcmp(string_of(frame_of(stack, i), "function"),
			    function))
			return true;
	return false;
}

/* Who returns from a handler returns to whom it interrupted. */
static void test_return(void **state)
{
	const char *const program[] = { "prog:stacks", "chain", NULL };
	struct run_place place;
	json_t *stack;

	assert_int_equal(run_place_open(&place, user_of(state)), 0);
	record(&place, program, all);
	stack = call_stack(&place, "rt_sigreturn");
	assert_string_equal(end_of(stack), "top");
	assert_true(
	    json_is_true(json_object_get(frame_of(stack, 0), "signal")));
	assert_true(calls_soon(stack, "suspend"));
	json_decref(stack);
	run_place_close(&place);
}

static void test_selection(void **state)
{
	const char *const program[] = { "prog:stacks", "chain", NULL };
	const char *const trace[] = { "--stack=" MARK ",SIGUSR1", NULL };
	struct run_place place;
	struct trace trace_of;

	assert_int_equal(run_place_open(&place, user_of(state)), 0);
	record(&place, program, trace);
	fault_load(&trace_of, &place, "ktrace.out");
	fault_must_be_whole(&trace_of);
	assert_int_equal(
	    trace_count(&trace_of,
			(struct trace_match){ .name = KTR_STRUCT_STACK }),
	    1);
	assert_true(trace_count(&trace_of, (struct trace_match){
					       .kind = KTR_SYSCALL }) > 10);
	trace_done(&trace_of);
	run_place_close(&place);
}

/* Every call and signal has one, and what they need comes once. */
static void test_all(void **state)
{
	const char *const program[] = { "prog:stacks", "handler", NULL };
	const struct trace_item *item = NULL;
	struct run_place place;
	struct trace trace;
	size_t wanted = 0, mappings;

	assert_int_equal(run_place_open(&place, user_of(state)), 0);
	record(&place, program, all);
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	while ((item = trace_find(&trace, item, (struct trace_match){ 0 })) !=
	       NULL)
		wanted += item->record.kind == KTR_SYSCALL ||
			  item->record.kind == KTR_PSIG;
	assert_int_equal(
	    trace_count(&trace,
			(struct trace_match){ .name = KTR_STRUCT_STACK }),
	    wanted);
	mappings = trace_count(
	    &trace, (struct trace_match){ .name = KTR_STRUCT_MAPPING });
	/* ktrace-u's own before the exec; program, libc, loader behind it. */
	assert_in_range(mappings, 3, 12);
	trace_done(&trace);
	run_place_close(&place);
}

static void test_wrong(void **state)
{
	static const char *const wrong[] = { "--stack=nocall",
					     "--stack=", "--stack=SIGNOTHING",
					     "--stack=openat," };

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const char *const argv[] = { KTRACE_U, wrong[i], "true", NULL };
		const struct run_spec spec = { .argv = argv };
		struct run_result result;
		struct run_place place;

		assert_int_equal(run_place_open(&place, user_of(state)), 0);
		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_int_equal(result.status, W_EXITCODE(2, 0));
		assert_non_null(
		    strstr(text_string(&result.err), "--stack: \""));
		run_result_done(&result);
		run_place_close(&place);
	}
}

/* clang-format off */
#define AS_BOTH(test)                                                          \
	{ #test, test, NULL, NULL, NULL },                                     \
	{ #test ", as an ordinary user", test, NULL, NULL, (void *)1 }
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_chain),
		AS_BOTH(test_handler),
		AS_BOTH(test_thread),
		AS_BOTH(test_filter),
		AS_BOTH(test_templates),
		AS_BOTH(test_i386),
		AS_BOTH(test_library),
		AS_BOTH(test_another_file),
#if defined(__x86_64__)
		AS_BOTH(test_bad),
#endif
		AS_BOTH(test_killed),
		AS_BOTH(test_signal),
		AS_BOTH(test_return),
		AS_BOTH(test_selection),
		AS_BOTH(test_all),
		AS_BOTH(test_wrong),
		cmocka_unit_test(test_unreadable),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
