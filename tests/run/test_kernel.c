/*
 * Completeness, by the kernel's own witness: programs of one and many processes
 * and threads, recorded by us and by the raw_syscalls tracepoints in the same
 * run. Needs root and tracefs.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"
#include "support/witness_points.h"
#include "support/witness_tracefs.h"

struct program {
	const char *name;
	const char *needs[4]; /* without them it is skipped */
	const char *setup;    /* run untraced before */
	const char *argv[8];
	size_t threads; /* of all processes: no less */
	size_t points;
	int status; /* as waitpid(2) gives it */
};

#define HELLO                                                                  \
	"printf '#include <stdio.h>\\nint main(void)"                          \
	"{puts(\"hello\");return 0;}\\n' > hello.c; "

#define SOURCES                                                                \
	"for i in 1 2 3 4 5; do echo \"int f$i; int g$i(void);"                \
	" int g$i(void) { return f$i; }\" > f$i.c; done; "                     \
	"printf 'all: f1.o f2.o f3.o f4.o f5.o\\n' > Makefile"

#define GO                                                                     \
	"cat > crowd.go <<'END'\n"                                             \
	"package main\n"                                                       \
	"import (\"fmt\"; \"os\"; \"os/exec\"; \"sync\")\n"                    \
	"func main() {\n"                                                      \
	"\tvar wait sync.WaitGroup\n"                                          \
	"\tfor i := 0; i < 100; i++ {\n"                                       \
	"\t\twait.Add(1)\n"                                                    \
	"\t\tgo func() {\n"                                                    \
	"\t\t\tdefer wait.Done()\n"                                            \
	"\t\t\tfor j := 0; j < 20; j++ { os.ReadFile(\"/etc/passwd\") }\n"     \
	"\t\t}()\n"                                                            \
	"\t}\n"                                                                \
	"\twait.Wait()\n"                                                      \
	"\tout, err := exec.Command(\"echo\", \"child\").Output()\n"           \
	"\tfmt.Println(string(out), err)\n"                                    \
	"}\n"                                                                  \
	"END\n"                                                                \
	"go build -o crowd crowd.go"

/* clang-format off */
static const struct program programs[] = {
	{ .name = "ls", .argv = { "ls", "-lR", "/etc" },
	  .threads = 1, .points = 100 },
	{ .name = "find", .needs = { "find" },
	  .argv = { "find", "/usr/include" }, .threads = 1, .points = 500 },
	{ .name = "calls of other ABIs, and no calls",
	  .argv = { "prog:numbers" }, .threads = 1, .points = 50 },
	{ .name = "pipelines", .needs = { "seq" },
	  .argv = { "sh", "-c",
		    "seq 5000 | sed 's/1/2/' | sort | uniq -c | tail -3; "
		    "x=$(echo a; exit 7); (exit 5) | (exit 6); "
		    "seq 100000 | head -1; exec true" },
	  .threads = 9, .points = 500 },
	{ .name = "jobs, stopped, continued and killed",
	  .argv = { "prog:jobs" }, .threads = 3, .points = 100,
	  .status = W_EXITCODE(0, SIGHUP) },
	{ .name = "gcc -O2", .needs = { "gcc" }, .setup = HELLO,
	  .argv = { "gcc", "-O2", "hello.c", "-o", "hello" },
	  .threads = 5, .points = 1000 },
	{ .name = "make -j2", .needs = { "gcc", "make" }, .setup = SOURCES,
	  .argv = { "make", "-s", "-j2", "all" },
	  .threads = 16, .points = 5000 },
	{ .name = "200 threads", .argv = { "prog:threads" },
	  .threads = 201, .points = 32000 },
	{ .name = "Go", .needs = { "go" }, .setup = GO,
	  .argv = { "./crowd" }, .threads = 4, .points = 16000 },
	{ .name = "node", .needs = { "node" },
	  .argv = { "node", "-e",
		    "const {execSync}=require('child_process');"
		    "require('fs').readFile('/etc/passwd',(e,d)=>{"
		    "console.log(execSync('echo x').toString());"
		    "process.exit(0)})" },
	  .threads = 6, .points = 1000 },
	{ .name = "threads that exit_group ends",
	  .argv = { "prog:ending", "exit", "16" }, .threads = 18,
	  .points = 100, .status = W_EXITCODE(3, 0) },
	{ .name = "threads that execve ends",
	  .argv = { "prog:ending", "exec", "16" }, .threads = 18,
	  .points = 100 },
	{ .name = "threads that SIGKILL ends",
	  .argv = { "prog:ending", "kill", "16" }, .threads = 18,
	  .points = 100, .status = W_EXITCODE(0, SIGKILL) },
	{ .name = "threads that SIGSEGV ends",
	  .argv = { "prog:ending", "fault", "16" }, .threads = 18,
	  .points = 100, .status = W_EXITCODE(0, SIGSEGV) },
	{ .name = "a leader that ends first",
	  .argv = { "prog:ending", "leader", "16" }, .threads = 18,
	  .points = 100, .status = W_EXITCODE(3, 0) },
};
/* clang-format on */

/* Where the command waits until it is watched. */
struct gate {
	int fds[2];
};

static void gate_wait(void *context)
{
	struct gate *gate = context;
	char letter;

	close(gate->fds[1]);
	if (read(gate->fds[0], &letter, 1) != 1)
		_exit(125);
}

struct state {
	const struct program *program;
	struct run_place place;
	struct witness_tracefs *tracefs;
	struct witness_points points;
	struct trace trace;
};

static void skip_without(struct state *state)
{
	const struct program *program = state->program;
	struct text why = TEXT_INIT;
	bool missing = false;

	for (size_t i = 0; !missing && program->needs[i]; i++) {
		missing = !run_has(&state->place, program->needs[i]);
		if (missing)
			text_format(&why, "%s is not there", program->needs[i]);
	}
	if (!missing)
		missing = witness_tracefs_open(&state->tracefs, &why) < 0;
	if (missing)
		printf("skipped: %s: %s\n", program->name, text_string(&why));
	text_done(&why);
	if (missing)
		skip();
}

static void set_up_program(const struct state *state)
{
	const char *const argv[] = { "sh", "-ec", state->program->setup, NULL };
	struct run_spec spec = { .argv = argv };
	struct run_result result;

	if (!state->program->setup)
		return;
	assert_int_equal(run_program(&result, &state->place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
}

/* Runs the program under both; returns its pid. */
static pid_t record(struct state *state)
{
	static const char *const options[] = { "-i", NULL };
	struct gate gate;
	struct run_spec spec = { .argv = state->program->argv,
				 .trace = options,
				 .prepare = gate_wait,
				 .context = &gate,
				 .prepare_waits = true };
	struct text why = TEXT_INIT;
	struct run_result result;
	struct run_child child;
	int r;

	assert_int_equal(pipe2(gate.fds, O_CLOEXEC), 0);
	assert_int_equal(run_start(&child, &state->place, &spec), 0);
	close(gate.fds[0]);
	r = witness_tracefs_watch(state->tracefs, child.pid, &why);
	if (!r && write(gate.fds[1], "", 1) != 1)
		r = -errno;
	close(gate.fds[1]);
	assert_int_equal(run_finish(&child, &result), 0);
	if (!r)
		r = witness_tracefs_read(state->tracefs, &state->points, &why);
	if (r < 0)
		fail_msg("tracefs: %s", text_string(&why));
	assert_false(result.timed_out);
	assert_int_equal(result.status, state->program->status);
	run_result_done(&result);
	return child.pid;
}

static void load(struct state *state)
{
	struct text why = TEXT_INIT;
	char path[PATH_MAX];

	run_place_file(&state->place, "ktrace.out", path);
	assert_int_equal(trace_load(&state->trace, path), 0);
	if (!trace_is_whole(&state->trace, &why))
		fail_msg("not whole: %s", text_string(&why));
}

static void test_program(void **context)
{
	struct state *state = *context;
	const struct program *program = state->program;
	struct text report = TEXT_INIT;
	struct witness_agreement agreement;
	pid_t command;
	bool agree;

	skip_without(state);
	set_up_program(state);
	command = record(state);
	load(state);
	agree = witness_points_agree(&state->points, &state->trace, command,
				     &agreement, &report);
	printf("%s: %zu events of %zu threads; %zu threads killed with a last "
	       "exit that nobody sees%s%s\n",
	       program->name, agreement.points, agreement.threads,
	       agreement.excepted, agree && agreement.excepted ? ":" : "",
	       text_string(&report));
	text_done(&report);
	assert_true(agree);
	assert_true(agreement.threads >= program->threads);
	assert_true(agreement.points >= program->points);
}

static int set_up(void **context)
{
	struct state *state = *context;

	return run_place_open(&state->place, RUN_AS_SELF);
}

static int tear_down(void **context)
{
	struct state *state = *context;

	trace_done(&state->trace);
	witness_points_done(&state->points);
	witness_tracefs_close(state->tracefs);
	run_place_close(&state->place);
	return 0;
}

int main(void)
{
	static struct state states[ARRAY_LEN(programs)];
	static struct CMUnitTest tests[ARRAY_LEN(programs)];

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		states[i].program = &programs[i];
		tests[i] = (struct CMUnitTest){
			.name = programs[i].name,
			.test_func = test_program,
			.setup_func = set_up,
			.teardown_func = tear_down,
			.initial_state = &states[i],
		};
	}
	return _cmocka_run_group_tests("kernel", tests, ARRAY_LEN(tests), NULL,
				       NULL);
}
