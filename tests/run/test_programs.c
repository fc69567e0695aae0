/*
 * Real programs, traced with their children: they must print the same and end
 * the same as without us, and the trace must be whole the moment that they have
 * ended. Each runs as whom the test runs and, where that is root, as an
 * ordinary user.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"

#define NEEDS_MAX 4

struct program {
	const char *name;
	const char *needs[NEEDS_MAX]; /* without them it is skipped */
	/* Run untraced before, in the directory where the program will run. */
	const char *setup;
	const char *argv[12];
	/* How it ends: an exit status, or a signal. */
	int exits;
	int killed;
	/* What a trace of it cannot have less of. */
	unsigned processes;
	unsigned threads;
};

#define HELLO                                                                  \
	"printf '#include <stdio.h>\\nint main(void)"                          \
	"{puts(\"hello\");return 4;}\\n' > hello.c; "

/* A tree of sources and its Makefile, big enough to keep two jobs busy. */
#define TREE                                                                   \
	"i=0; while [ $i -lt 30 ]; do i=$((i+1)); "                            \
	"{ echo '#include <stdio.h>'; echo '#include <stdlib.h>'; "            \
	"echo \"int f$i(int x);\"; "                                           \
	"echo \"int f$i(int x) { return x * $i + atoi(\\\"$i\\\"); }\"; } "    \
	"> f$i.c; done; "                                                      \
	"{ echo '#include <stdio.h>'; i=0; "                                   \
	"while [ $i -lt 30 ]; do i=$((i+1)); "                                 \
	"echo \"int f$i(int x);\"; done; "                                     \
	"echo 'int main(void) { int sum = 0;'; i=0; "                          \
	"while [ $i -lt 30 ]; do i=$((i+1)); "                                 \
	"echo \"sum += f$i($i);\"; done; "                                     \
	"echo 'printf(\"%d\", sum); return 0; }'; } > main.c; "                \
	"{ echo 'OBJECTS = $(patsubst %.c,%.o,$(wildcard *.c))'; "             \
	"echo 'all: $(OBJECTS)'; "                                             \
	"printf '\\t$(CC) -o $@ $^\\n'; } > Makefile; "

#define REPOSITORY                                                             \
	"mkdir from && cd from && git init -q && "                             \
	"git config user.email a@b && git config user.name a && "              \
	"i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo $i > $i; "              \
	"git add $i; git commit -qm $i; done"

#define GO                                                                     \
	"cat > crowd.go <<'END'\n"                                             \
	"package main\n"                                                       \
	"import (\"fmt\"; \"os\"; \"os/exec\"; \"sync\")\n"                    \
	"func main() {\n"                                                      \
	"\tvar wait sync.WaitGroup\n"                                          \
	"\tvar lock sync.Mutex\n"                                              \
	"\tsum := 0\n"                                                         \
	"\tfor i := 0; i < 50; i++ {\n"                                        \
	"\t\twait.Add(1)\n"                                                    \
	"\t\tgo func(i int) {\n"                                               \
	"\t\t\tdefer wait.Done()\n"                                            \
	"\t\t\tdata, _ := os.ReadFile(\"/etc/passwd\")\n"                      \
	"\t\t\tif len(data) == 0 { return }\n"                                 \
	"\t\t\tlock.Lock(); sum += i; lock.Unlock()\n"                         \
	"\t\t}(i)\n"                                                           \
	"\t}\n"                                                                \
	"\twait.Wait()\n"                                                      \
	"\tout, err := exec.Command(\"echo\", \"child\").Output()\n"           \
	"\tfmt.Println(sum, string(out), err)\n"                               \
	"\tos.Exit(5)\n"                                                       \
	"}\n"                                                                  \
	"END\n"                                                                \
	"go build -o crowd crowd.go"

/* clang-format off */
static const struct program programs[] = {
	{ .name = "gcc -O2", .needs = { "gcc" }, .setup = HELLO,
	  .argv = { "sh", "-c", "gcc -O2 hello.c -o hello && ./hello" },
	  .exits = 4, .processes = 5 },
	{ .name = "make -j2 of 31 generated sources", .setup = TREE,
	  .needs = { "gcc", "make" },
	  .argv = { "sh", "-c", "make -s -j2 CFLAGS=-O1 && ./all" },
	  .processes = 90 },
	{ .name = "python3", .needs = { "python3" },
	  .argv = { "python3", "-c",
		    "import json,ssl,asyncio,subprocess\n"
		    "async def f(): await asyncio.sleep(0.01); return 7\n"
		    "print(json.dumps([asyncio.run(f()), ssl.OPENSSL_VERSION,"
		    "subprocess.getoutput('echo x')]))" },
	  .processes = 2 },
	{ .name = "git clone", .needs = { "git" }, .setup = REPOSITORY,
	  .argv = { "sh", "-c", "git clone --no-hardlinks from copy && "
		    "git -C copy log --format=%s && git -C copy fsck" },
	  .processes = 4 },
	{ .name = "find", .needs = { "find" },
	  .argv = { "find", "/usr/include", "/usr/share/doc",
		    "/nonexistent", "-type", "f" },
	  .exits = 1, .processes = 1 },
	{ .name = "Go", .needs = { "go" }, .setup = GO, .argv = { "./crowd" },
	  .exits = 5, .processes = 2, .threads = 3 },
	{ .name = "node", .needs = { "node" },
	  .argv = { "node", "-e",
		    "const {execSync}=require('child_process');"
		    "require('fs').readFile('/etc/passwd',(e,d)=>{"
		    "console.log(d.length>0,execSync('echo x').toString());"
		    "process.exit(6)})" },
	  .exits = 6, .processes = 2, .threads = 4 },
	{ .name = "perl", .needs = { "perl" },
	  .argv = { "perl", "-e",
		    "print `echo child`; if (!fork) { exit 3 } wait; "
		    "print $? >> 8, \"\\n\"; kill TERM => $$; sleep 5" },
	  .killed = SIGTERM, .processes = 3 },
	{ .name = "busybox", .needs = { "busybox" },
	  .argv = { "busybox", "sh", "-c",
		    "busybox seq 1000 | busybox sort -r | busybox head -3; "
		    "busybox ls /nonexistent; exit 9" },
	  .exits = 9, .processes = 4 },
	{ .name = "static musl", .needs = { "musl-gcc" },
	  .setup = HELLO "musl-gcc -static -o hello hello.c",
	  .argv = { "./hello" }, .exits = 4, .processes = 1 },
	{ .name = "200 threads", .argv = { "prog:threads" },
	  .processes = 1, .threads = 201 },
	{ .name = "pipeline of sh", .needs = { "seq" },
	  .argv = { "sh", "-c",
		    "seq 2000 | sed 's/1/2/' | sort | uniq -c | sort -n | "
		    "tail -3; (exit 5) | (exit 6); echo $?; "
		    "x=$(echo a; exit 7); echo $x $?; kill -9 $$" },
	  .killed = SIGKILL, .processes = 9 },
	{ .name = "jobs stopped and continued", .argv = { "prog:jobs" },
	  .killed = SIGHUP, .processes = 3 },
	{ .name = "children that nobody is to trace", .argv = { "prog:untraced" },
	  .processes = 3 },
	{ .name = "job control of bash", .needs = { "bash" },
	  .argv = { "bash", "-mc",
		    "sleep 100 & echo started; kill -TERM %1; wait %1; "
		    "echo $?; seq 100 | tail -1 | cat; "
		    "(sleep 0; exit 8) & wait $!; echo $?; jobs; exit 11" },
	  .exits = 11, .processes = 5 },
	{ .name = "job control of sh", .needs = { "sh" },
	  .argv = { "sh", "-mc", "seq 9 | tail -1; (exit 3) & wait $!; "
		    "echo $?" }, .processes = 4 },
};
/* clang-format on */

struct variant {
	const struct program *program;
	enum run_user user;
	char name[96];
};

static void skip_if_missing(const struct program *program,
			    struct run_place *place)
{
	for (size_t i = 0; i < NEEDS_MAX && program->needs[i]; i++)
		if (!run_has(place, program->needs[i])) {
			printf("skipped: %s: %s is not there\n", program->name,
			       program->needs[i]);
			run_place_close(place);
			skip();
		}
}

static void make_directory(const struct program *program,
			   const struct run_place *place, const char *name)
{
	const char *const mkdir_argv[] = { "mkdir", name, NULL };
	const char *const setup_argv[] = { "sh", "-ec", program->setup, NULL };
	struct run_spec mkdir_spec = { .argv = mkdir_argv };
	struct run_spec setup = { .argv = setup_argv, .directory = name };
	struct run_result result;

	assert_int_equal(run_program(&result, place, &mkdir_spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	if (!program->setup)
		return;
	assert_int_equal(run_program(&result, place, &setup), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
}

static void must_be_equal(const struct program *program,
			  struct run_result *native, struct run_result *traced)
{
	assert_false(native->timed_out);
	assert_false(traced->timed_out);
	assert_int_equal(native->status,
			 W_EXITCODE(program->exits, program->killed));
	assert_string_equal(text_string(&traced->err),
			    text_string(&native->err));
	assert_string_equal(text_string(&traced->out),
			    text_string(&native->out));
	assert_int_equal(traced->out.length, native->out.length);
	assert_int_equal(traced->status, native->status);
}

static size_t count_threads(const struct trace *trace)
{
	size_t count = 0;

	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_item *item = &trace->items[i];
		struct trace_match match = { .tid = item->record.tid };

		count += trace_find(trace, NULL, match) == item;
	}
	return count - 1; /* the recorder's */
}

static void must_be_whole(const struct program *program,
			  const struct run_place *place, pid_t command)
{
	static int32_t pids[1024];
	struct text why = TEXT_INIT;
	struct trace trace;
	char path[PATH_MAX];
	size_t count;

	run_place_file(place, "traced/ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!trace_is_whole(&trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	count = trace_pids(&trace, pids, ARRAY_LEN(pids));
	assert_int_equal(pids[0], command);
	assert_true(count >= program->processes);
	if (program->threads)
		assert_true(count_threads(&trace) >= program->threads);
	printf("%s: %zu records of %zu processes\n", program->name, trace.count,
	       count);
	trace_done(&trace);
}

static void test_program(void **state)
{
	static const char *const options[] = { "-i", NULL };
	const struct variant *variant = *state;
	const struct program *program = variant->program;
	struct run_spec spec = { .argv = program->argv, .directory = "native" };
	struct run_result native, traced;
	struct run_place place;

	assert_int_equal(run_place_open(&place, variant->user), 0);
	skip_if_missing(program, &place);
	make_directory(program, &place, "native");
	make_directory(program, &place, "traced");
	assert_int_equal(run_program(&native, &place, &spec), 0);
	spec.trace = options;
	spec.directory = "traced";
	assert_int_equal(run_program(&traced, &place, &spec), 0);
	must_be_equal(program, &native, &traced);
	must_be_whole(program, &place, traced.pid);
	run_result_done(&native);
	run_result_done(&traced);
	run_place_close(&place);
}

static void add_test(struct CMUnitTest *test, struct variant *variant,
		     const struct program *program, enum run_user user)
{
	variant->program = program;
	variant->user = user;
	snprintf(variant->name, sizeof(variant->name), "%s, %s", program->name,
		 user == RUN_AS_SELF ? "as oneself" : "as an ordinary user");
	*test = (struct CMUnitTest){ .name = variant->name,
				     .test_func = test_program,
				     .initial_state = variant };
}

int main(void)
{
	static struct variant variants[2 * ARRAY_LEN(programs)];
	static struct CMUnitTest tests[2 * ARRAY_LEN(programs)];
	size_t count = 0;

	if (!run_may_trace())
		return RUN_SKIPPED;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		add_test(&tests[count], &variants[count], &programs[i],
			 RUN_AS_SELF);
		count++;
		if (geteuid() != 0)
			continue;
		add_test(&tests[count], &variants[count], &programs[i],
			 RUN_AS_ORDINARY);
		count++;
	}
	return _cmocka_run_group_tests("programs", tests, count, NULL, NULL);
}
