/*
 * Limits that were meant for the command. It finds all of them, and whatever
 * else it inherits, as they were; the recorder lives with them, or says before
 * the command begins that it cannot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/fault.h"

#define LIMITS_MAX 3

struct limits_row {
	const char *name;
	struct {
		__rlimit_resource_t resource;
		rlim_t soft;
		rlim_t hard;
	} limits[LIMITS_MAX];
	void (*more)(void); /* what else is set, as the user */
	const char *argv[5];
	int status;       /* how the command ends, traced or not */
	bool may_refuse;  /* the recorder may say no */
	bool may_be_lost; /* the recorder may die half-way */
	bool not_with_sanitizers;
};

static void schedule_otherwise(void)
{
	struct sched_param param = { 0 };
	cpu_set_t cpus;
	int last = CPU_SETSIZE - 1;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	while (last > 0 && !CPU_ISSET(last, &cpus))
		last--;
	CPU_ZERO(&cpus);
	CPU_SET(last, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0 ||
	    sched_setscheduler(0, SCHED_BATCH, &param) < 0 ||
	    setpriority(PRIO_PROCESS, 0, 19) < 0)
		_exit(126);
}

static void mask_others(void)
{
	umask(027);
}

static void keep_signals(void)
{
	sigset_t set;

	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
}

static void leave_descriptors_open(void)
{
	if (fcntl(STDERR_FILENO, F_DUPFD, 17) != 17)
		_exit(126);
}

static void close_standard_descriptors(void)
{
	close(STDIN_FILENO);
}

#define PRINT                                                                  \
	{                                                                      \
		"prog:fault_limits"                                            \
	}
#define MIB    (1ul << 20)
#define ALL_OF RLIM_INFINITY
#define ONE(...)                                                               \
	{                                                                      \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}

/* clang-format off */
static const struct limits_row rows[] = {
	{ .name = "nothing special", .argv = PRINT, .status = 9 },
	{ .name = "12 descriptors", .argv = PRINT, .status = 9,
	  .limits = ONE(RLIMIT_NOFILE, 12, 12) },
	{ .name = "12 descriptors, for now", .argv = PRINT, .status = 9,
	  .limits = ONE(RLIMIT_NOFILE, 12, 64) },
	{ .name = "no core, hardly any stack", .argv = PRINT, .status = 9,
	  .limits = { { RLIMIT_CORE, 0, 0 },
		      { RLIMIT_STACK, 256 << 10, MIB } } },
	{ .name = "much stack", .argv = PRINT, .status = 9,
	  .limits = ONE(RLIMIT_STACK, ALL_OF, ALL_OF) },
	{ .name = "no locked memory, no queues", .argv = PRINT, .status = 9,
	  .limits = { { RLIMIT_MEMLOCK, 0, 0 }, { RLIMIT_MSGQUEUE, 0, 0 },
		      { RLIMIT_SIGPENDING, 0, 0 } } },
	{ .name = "files of 1 MiB", .argv = PRINT, .status = 9,
	  .limits = ONE(RLIMIT_FSIZE, MIB, MIB) },
	{ .name = "data of 16 MiB", .argv = PRINT, .status = 9,
	  .limits = ONE(RLIMIT_DATA, 16 * MIB, 16 * MIB), .may_refuse = true,
	  .not_with_sanitizers = true },
	{ .name = "100 MiB of addresses", .argv = PRINT, .status = 9,
	  .limits = ONE(RLIMIT_AS, 100 * MIB, 100 * MIB),
	  .not_with_sanitizers = true },
	{ .name = "20 MiB of addresses", .argv = PRINT, .status = 9,
	  .limits = ONE(RLIMIT_AS, 20 * MIB, 20 * MIB), .may_refuse = true,
	  .not_with_sanitizers = true },
	{ .name = "10 MiB of addresses", .argv = PRINT, .status = 9,
	  .limits = ONE(RLIMIT_AS, 10 * MIB, 10 * MIB), .may_refuse = true,
	  .not_with_sanitizers = true },
	{ .name = "a minute of CPU time", .argv = PRINT, .status = 9,
	  .limits = ONE(RLIMIT_CPU, 60, 60) },
	{ .name = "1 s of CPU time, of which little is used", .argv = PRINT,
	  .limits = ONE(RLIMIT_CPU, 1, 2), .status = 9 },
	{ .name = "1 s of CPU time, which the recorder uses up",
	  .argv = { "prog:fault_limits", "busy", "160", "1000" },
	  .limits = ONE(RLIMIT_CPU, 1, 1), .status = 9, .may_be_lost = true },
	{ .name = "CPU time used up", .argv = { "prog:fault_limits", "spin" },
	  .limits = ONE(RLIMIT_CPU, 1, 3), .status = W_EXITCODE(0, SIGXCPU) },
	{ .name = "scheduling and affinity", .argv = PRINT, .status = 9,
	  .more = schedule_otherwise },
	{ .name = "umask", .argv = PRINT, .status = 9,
	  .more = mask_others },
	{ .name = "signals ignored, blocked and pending", .argv = PRINT,
	  .status = 9, .more = keep_signals },
	{ .name = "a descriptor left open", .argv = PRINT, .status = 9,
	  .more = leave_descriptors_open },
	{ .name = "standard input closed", .argv = PRINT, .status = 9,
	  .more = close_standard_descriptors },
};
/* clang-format on */

struct variant {
	const struct limits_row *row;
	enum run_user user;
	char name[96];
};

/* Runs in the child, as its user. */
static void set_limits(void *context)
{
	const struct limits_row *row = context;

	for (size_t i = 0; i < LIMITS_MAX; i++) {
		struct rlimit limit = { row->limits[i].soft,
					row->limits[i].hard };

		/* An all-zero entry is none: nobody limits CPU time to 0. */
		if ((row->limits[i].resource || limit.rlim_max) &&
		    setrlimit(row->limits[i].resource, &limit) < 0)
			_exit(126);
	}
	if (row->more)
		row->more();
}

static void run_row(const struct limits_row *row, const struct run_place *place,
		    bool traced, struct run_result *ret)
{
	static const char *const options[] = { "-i", NULL };
	struct run_spec spec = { .argv = row->argv,
				 .trace = traced ? options : NULL,
				 .prepare = set_limits,
				 .context = (void *)(uintptr_t)row };

	assert_int_equal(run_program(ret, place, &spec), 0);
	assert_false(ret->timed_out);
}

static void must_be_refused(struct run_result *result)
{
	assert_true(run_exited(result, 125));
	assert_int_equal(fault_lines(&result->err), 1);
	assert_memory_equal(text_string(&result->err), "ktrace-u: ", 10);
	assert_int_equal(result->out.length, 0);
	printf("refused: %s", text_string(&result->err));
}

/* What there is of a trace is sound, and does not claim to be whole when the
 * recorder was killed. */
static void must_be_honest(const struct limits_row *row,
			   const struct run_place *place)
{
	struct text why = TEXT_INIT;
	struct trace trace;
	char path[PATH_MAX];

	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!row->may_be_lost) {
		fault_must_be_whole(&trace);
	} else if (!trace_is_whole(&trace, &why)) {
		assert_null(
		    trace_find(&trace, NULL,
			       (struct trace_match){ .name = KTR_STRUCT_END }));
		printf("the recorder was killed\n");
	}
	text_done(&why);
	trace_done(&trace);
}

static bool has_sanitizers(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return false;
#endif
}

static void test_row(void **state)
{
	const struct variant *variant = *state;
	const struct limits_row *row = variant->row;
	struct run_result native, traced;
	struct run_place place;

	if (row->not_with_sanitizers && has_sanitizers()) {
		printf("skipped: the sanitizers need more memory\n");
		skip();
	}
	assert_int_equal(run_place_open(&place, variant->user), 0);
	run_row(row, &place, false, &native);
	run_row(row, &place, true, &traced);
	assert_int_equal(WIFEXITED(native.status) ? WEXITSTATUS(native.status)
						  : native.status,
			 row->status);
	if (row->may_refuse && traced.status == W_EXITCODE(125, 0)) {
		must_be_refused(&traced);
	} else {
		assert_string_equal(text_string(&traced.err), "");
		assert_string_equal(text_string(&traced.out),
				    text_string(&native.out));
		assert_int_equal(traced.status, native.status);
		must_be_honest(row, &place);
	}
	run_result_done(&native);
	run_result_done(&traced);
	run_place_close(&place);
}

/* A user who has no process but ours: the limit counts all of them. */
static void become_nobody_else(struct run_place *place)
{
	if (!place->drops) {
		printf("not root: other processes of the user count, too\n");
		return;
	}
	place->uid = place->gid = 61000 + (uid_t)getpid() % 4000;
	assert_int_equal(chown(place->path, place->uid, place->gid), 0);
}

/* Wherever it is that a process or thread can no longer be made, the answer is
 * a reason, or the command runs. */
static void test_processes(void **state)
{
	struct limits_row row = { .argv = PRINT,
				  .limits = ONE(RLIMIT_NPROC, 0, 0) };
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_ORDINARY), 0);
	become_nobody_else(&place);
	for (rlim_t limit = 1; limit < 6; limit++) {
		struct run_result result;

		row.limits[0].soft = row.limits[0].hard = limit;
		run_row(&row, &place, true, &result);
		if (limit == 1 || result.status == W_EXITCODE(125, 0)) {
			must_be_refused(&result);
		} else {
			assert_true(run_exited(&result, 9));
			must_be_honest(&row, &place);
		}
		run_result_done(&result);
	}
	run_place_close(&place);
}

/* For this process and all that it starts, who cannot undo it. */
static void be_killed_first(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "777", 3) != 3) {
		perror("/proc/self/oom_score_adj");
		exit(1);
	}
	close(fd);
}

static void add_test(struct CMUnitTest *test, struct variant *variant,
		     const struct limits_row *row, enum run_user user)
{
	variant->row = row;
	variant->user = user;
	snprintf(variant->name, sizeof(variant->name), "%s, %s", row->name,
		 user == RUN_AS_SELF ? "as oneself" : "as an ordinary user");
	*test = (struct CMUnitTest){ .name = variant->name,
				     .test_func = test_row,
				     .initial_state = variant };
}

int main(void)
{
	static struct variant variants[2 * ARRAY_LEN(rows)];
	static struct CMUnitTest tests[2 * ARRAY_LEN(rows) + 1];
	size_t count = 0;

	be_killed_first();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		add_test(&tests[count], &variants[count], &rows[i],
			 RUN_AS_SELF);
		count++;
		if (geteuid() != 0)
			continue;
		add_test(&tests[count], &variants[count], &rows[i],
			 RUN_AS_ORDINARY);
		count++;
	}
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_processes);
	return _cmocka_run_group_tests("fault limits", tests, count, NULL,
				       NULL);
}
