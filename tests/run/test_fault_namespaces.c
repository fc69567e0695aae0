/*
 * Namespaces of processes, mounts and users, roots and reapers: whoever ends
 * there, nobody hangs, no child of ours is found, and the trace says who is who
 * and where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/fault.h"

#define SECONDS 60

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const follow[] = { "-i", NULL };

struct space {
	struct run_place place;
	struct run_result result;
	struct trace trace;
	const char *argv[RUN_WORDS_MAX];
	char program[PATH_MAX + 32];
};

static void add_words(struct space *space, const char *const *words)
{
	size_t count = 0;

	while (space->argv[count])
		count++;
	while (*words)
		space->argv[count++] = *words++;
}

#define ADD(space, ...)                                                        \
	add_words(space, (const char *const[]){ __VA_ARGS__, NULL })

static void open_space(struct space *space, const void *user)
{
	*space = (struct space){ 0 };
	assert_int_equal(
	    run_place_open(&space->place, *(const enum run_user *)user), 0);
	snprintf(space->program, sizeof(space->program), "%s/fault_namespaces",
		 space->place.programs);
}

static void close_space(struct space *space)
{
	trace_done(&space->trace);
	run_result_done(&space->result);
	run_place_close(&space->place);
}

static void run(struct space *space, const char *const *trace)
{
	struct run_spec spec = { .argv = space->argv,
				 .trace = trace,
				 .seconds = SECONDS };

	run_result_done(&space->result);
	assert_int_equal(run_program(&space->result, &space->place, &spec), 0);
}

static void load(struct space *space)
{
	fault_load(&space->trace, &space->place, "ktrace.out");
}

/* Words that lead into namespaces; skips the test where they do not. */
static void enter(struct space *space, const char *how)
{
	ADD(space, "unshare", how);
	if (strchr(how, 'p'))
		ADD(space, "--mount-proc");
	ADD(space, "true");
	run(space, NULL);
	if (space->result.status) {
		printf("skipped: unshare %s: %s", how,
		       text_string(&space->result.err));
		close_space(space);
		skip();
	}
	space->argv[strchr(how, 'p') ? 3 : 2] = NULL;
}

static void enter_pids(struct space *space)
{
	enter(space, space->place.uid == 0 ? "-pf" : "-Urpf");
}

static int64_t last_number(const struct trace_item *item, const char *name,
			   unsigned *ret_count)
{
	struct field field;
	size_t position = 0;
	bool malformed;
	int64_t last = 0;

	*ret_count = 0;
	while (fields_next(item->record.structure.data,
			   item->record.structure.length, &position, &field,
			   &malformed))
		if (field.is_number && field.name_length == strlen(name) &&
		    !memcmp(field.name, name, field.name_length)) {
			last = field.number;
			(*ret_count)++;
		}
	return last;
}

/* The process that is pid 1 in there, by the `process` records. */
static int32_t find_init(const struct trace *trace)
{
	struct trace_match match = { .name = KTR_STRUCT_PROCESS };
	const struct trace_item *item = NULL;
	unsigned count;
	int64_t first;

	while ((item = trace_find(trace, item, match)))
		if (last_number(item, "nspid", &count) == 1) {
			assert_int_equal(count, 2);
			assert_true(trace_number(item, "nspid", &first));
			assert_int_equal(first, item->record.pid);
			return item->record.pid;
		}
	return 0;
}

/* Its children are killed with it. */
static void test_init_ends(void **state)
{
	struct trace_match ends = { .name = KTR_STRUCT_EXIT_STATUS };
	struct space space;
	int64_t signal_number = 0;
	const struct trace_item *item = NULL;
	int32_t init;

	open_space(&space, *state);
	enter_pids(&space);
	ADD(&space, "sh", "-c", "sleep 1000 & exit 3");
	run(&space, follow);
	assert_true(run_exited(&space.result, 3));
	load(&space);
	fault_must_be_whole(&space.trace);
	init = find_init(&space.trace);
	assert_true(init > 1);
	while (!signal_number && (item = trace_find(&space.trace, item, ends)))
		trace_number(item, "signal", &signal_number);
	assert_int_equal(signal_number, SIGKILL);
	assert_non_null(item);
	assert_int_not_equal(item->record.pid, init);
	close_space(&space);
}

/* The program has no child but its own, and its end is recorded before it:
 * with it everybody ends, the recorder too. */
static void test_being_init(void **state)
{
	struct trace_match end = { .pid = 1, .name = KTR_STRUCT_EXIT_STATUS };
	const struct trace_item *item;
	struct space space;
	int64_t number;

	open_space(&space, *state);
	enter_pids(&space);
	ADD(&space, space.place.ktrace, "-i", space.program, "children");
	run(&space, NULL);
	assert_true(run_exited(&space.result, 4));
	assert_string_equal(text_string(&space.result.out),
			    "children 3, subreaper 0\n");
	load(&space);
	fault_must_be_whole(&space.trace);
	item = trace_find(&space.trace, NULL, end);
	assert_non_null(item);
	assert_true(trace_number(item, "provisional", &number) && number == 1);
	assert_true(trace_number(item, "status", &number) && number == 4);
	close_space(&space);
}

/* The same by a shell, and with a child that it does not wait for. */
static void test_shell_as_init(void **state)
{
	struct space space;

	open_space(&space, *state);
	enter_pids(&space);
	ADD(&space, space.place.ktrace, "-i", "sh", "-c",
	    "sleep 1000 & (exit 3) & wait $!; exit $?");
	run(&space, NULL);
	assert_true(run_exited(&space.result, 3));
	load(&space);
	assert_int_equal(
	    trace_count(&space.trace,
			(struct trace_match){ .pid = 1, .kind = KTR_PROCDTOR }),
	    1);
	close_space(&space);
}

/* kill(-1) takes the recorder, too, and leaves nobody stuck. */
static void massacre(struct space *space, bool traced)
{
	enter_pids(space);
	ADD(space, space->program, "init");
	if (traced)
		ADD(space, space->place.ktrace, "-i");
	ADD(space, space->program, "massacre");
	run(space, NULL);
	assert_true(run_exited(&space->result, 6));
	memset(space->argv, 0, sizeof(space->argv));
}

static void test_massacre(void **state)
{
	struct text native = TEXT_INIT;
	struct space space;

	(void)state;
	open_space(&space, &users[1]);
	massacre(&space, false);
	text_put(&native, text_string(&space.result.out));
	assert_string_equal(text_string(&native),
			    "kill: 0\nchildren 2\nit ended with 0x500\n");
	massacre(&space, true);
	assert_string_equal(text_string(&space.result.out),
			    text_string(&native));
	load(&space);
	assert_null(trace_find(&space.trace, NULL,
			       (struct trace_match){ .name = KTR_STRUCT_END }));
	text_done(&native);
	close_space(&space);
}

static void test_user_namespace(void **state)
{
	struct space space;

	open_space(&space, *state);
	enter(&space, "-Ur");
	ADD(&space, "id", "-u");
	run(&space, follow);
	assert_true(run_exited(&space.result, 0));
	assert_string_equal(text_string(&space.result.out), "0\n");
	load(&space);
	fault_must_be_whole(&space.trace);
	close_space(&space);
}

/* The recorder's own forks must not become children of who adopts all. */
static void test_subreaper(void **state)
{
	struct space space;

	open_space(&space, *state);
	ADD(&space, space.program, "reaper", space.place.ktrace, "-i",
	    space.program, "children");
	run(&space, NULL);
	assert_true(run_exited(&space.result, 4));
	assert_string_equal(text_string(&space.result.out),
			    "children 3, subreaper 1\n");
	load(&space);
	fault_must_be_whole(&space.trace);
	close_space(&space);
}

/* The `path` record that stands behind a NAMI. */
static void must_be_joined(const struct space *space, const char *given,
			   const char *meant)
{
	struct trace_match names = { .kind = KTR_NAMEI };
	const struct trace_item *item = NULL;
	char path[PATH_MAX];

	while ((item = trace_find(&space->trace, item, names)))
		if (item->record.raw.length == strlen(given) &&
		    !memcmp(item->record.raw.data, given, strlen(given)))
			break;
	assert_non_null(item);
	item = trace_find(&space->trace, item,
			  (struct trace_match){ .tid = item->record.tid });
	assert_non_null(item);
	assert_non_null(trace_text(item, "path"));
	assert_string_equal(trace_text(item, "path"),
			    run_place_file(&space->place, meant, path));
	assert_string_equal(trace_text(item, "how"), "joined");
}

static void put_jail(const struct run_place *place)
{
	char path[PATH_MAX];

	assert_int_equal(mkdir(run_place_file(place, "jail", path), 0755), 0);
	assert_int_equal(mkdir(run_place_file(place, "jail/sub", path), 0755),
			 0);
	assert_int_equal(run_place_put(place, "jail/file", "", 0644), 0);
	assert_int_equal(run_place_put(place, "jail/sub/other", "", 0644), 0);
}

static void test_jail(void **state)
{
	char real[PATH_MAX];
	struct space space;

	(void)state;
	if (geteuid() != 0) {
		printf("skipped: only root can change its root\n");
		skip();
	}
	open_space(&space, &users[0]);
	put_jail(&space.place);
	ADD(&space, space.program, "jail", "jail");
	run(&space, follow);
	assert_true(run_exited(&space.result, 5));
	load(&space);
	fault_must_be_whole(&space.trace);
	assert_non_null(realpath(space.place.path, real));
	memcpy(space.place.path, real, sizeof(real));
	must_be_joined(&space, "/sub", "jail/sub");
	must_be_joined(&space, "/file", "jail/file");
	must_be_joined(&space, "other", "jail/sub/other");
	close_space(&space);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_init_ends),      AS_BOTH(test_being_init),
		AS_BOTH(test_shell_as_init),  cmocka_unit_test(test_massacre),
		AS_BOTH(test_user_namespace), AS_BOTH(test_subreaper),
		cmocka_unit_test(test_jail),
	};

	return cmocka_run_group_tests_name("fault namespaces", tests, NULL,
					   NULL);
}
