/*
 * Many at once: threads, processes, spawned programs. As large as the machine
 * allows and never below FEWEST, with the same output as untraced, a whole
 * trace, a recorder that stays small, and at a speed that is compared with
 * strace's where that is installed. Runs alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

#define FEWEST           500
#define RSS_KIB_EACH     4
#define RSS_KIB_BASE     (24 * 1024)
#define SLOWER_THAN_PEER 1.5
/* Others use the machine: the best of a few runs counts. */
#define TRIES_LEAST 2
#define TRIES_MOST  6

struct crowd {
	const char *name;
	const char *program;
	unsigned long wanted; /* of them */
	unsigned long judged; /* of them, in the comparison with strace */
	unsigned threads;     /* that share the work; 0: not a word of it */
	bool are_processes;
};

/* clang-format off */
static const struct crowd crowds[] = {
	{ "threads at once", "prog:fault_scale_threads", 10000, 1000, 0,
	  false },
	{ "processes at once", "prog:fault_scale_processes", 2048, 2048, 0,
	  true },
	{ "spawned one by one", "prog:fault_scale_spawn", 500, 500, 1, true },
	{ "spawned by several", "prog:fault_scale_spawn", 3000, 500, 4, true },
};
/* clang-format on */

/* ---- what the machine allows ---- */

static unsigned long number_in(const char *path)
{
	struct text text = TEXT_INIT;
	unsigned long number = ULONG_MAX;
	char *end;

	if (run_read_file(&text, path) >= 0 && text.length) {
		number = strtoul(text_string(&text), &end, 10);
		if (end == text_string(&text)) /* "max" */
			number = ULONG_MAX;
	}
	text_done(&text);
	return number;
}

/* All tasks of the machine: /proc/loadavg has "running/all" in fourth place. */
static unsigned long tasks_now(void)
{
	struct text text = TEXT_INIT;
	unsigned long all = 0;

	run_read_file(&text, "/proc/loadavg");
	sscanf(text_string(&text), "%*s %*s %*s %*u/%lu", &all);
	text_done(&text);
	return all;
}

static unsigned long minimum(unsigned long a, unsigned long b)
{
	return a < b ? a : b;
}

/* pids.max of the control group and all above it, in both layouts. */
static unsigned long cgroup_limit(void)
{
	static const char *const roots[] = { "/sys/fs/cgroup",
					     "/sys/fs/cgroup/pids" };
	unsigned long limit = ULONG_MAX;
	char path[PATH_MAX], group[PATH_MAX];
	FILE *file = fopen("/proc/self/cgroup", "re");

	while (file && fgets(path, sizeof(path), file)) {
		if (sscanf(path, "%*d:%*[^:]:%4000[^\n]", group) != 1 &&
		    sscanf(path, "%*d::%4000[^\n]", group) != 1)
			continue;
		for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
			snprintf(path, sizeof(path), "%.64s%.4000s/pids.max",
				 roots[i], group);
			limit = minimum(limit, number_in(path));
			snprintf(path, sizeof(path), "%s/pids.max", roots[i]);
			limit = minimum(limit, number_in(path));
		}
	}
	if (file)
		fclose(file);
	return limit;
}

/* Three quarters of what is left: others need some, too. */
static unsigned long room_for_tasks(void)
{
	unsigned long limit = cgroup_limit();
	unsigned long now = tasks_now();
	struct rlimit own;

	limit = minimum(limit, number_in("/proc/sys/kernel/pid_max"));
	limit = minimum(limit, number_in("/proc/sys/kernel/threads-max"));
	if (!getrlimit(RLIMIT_NPROC, &own) && own.rlim_cur != RLIM_INFINITY)
		limit = minimum(limit, (unsigned long)own.rlim_cur);
	return limit > now ? (limit - now) / 4 * 3 : 0;
}

static unsigned long scale(const struct crowd *crowd)
{
	unsigned long wanted = crowd->wanted / (IS_SANITIZED ? 3 : 1);
	unsigned long room = room_for_tasks();
	unsigned long count = minimum(wanted < FEWEST ? FEWEST : wanted, room);

	printf("%lu %s (of %lu; room for %lu)\n", count, crowd->name,
	       crowd->wanted, room);
	assert_true(count >= FEWEST);
	return count;
}

/* ---- running it ---- */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

enum tracer { NOBODY, OURS, STRACE };

/* The words of the command: strace's first, if it is strace's. */
struct words {
	const char *argv[12];
	char program[PATH_MAX + 64];
	char count[24];
	char threads[24];
};

static void fill_words(struct words *words, const struct crowd *crowd,
		       const struct run_place *place, unsigned long count,
		       enum tracer tracer)
{
	static const char *const strace[] = { "strace", "-f", "-o",
					      "/dev/null" };
	size_t n = 0;

	if (tracer == STRACE)
		for (; n < ARRAY_LEN(strace); n++)
			words->argv[n] = strace[n];
	snprintf(words->program, sizeof(words->program), "%s/%s",
		 place->programs, strchr(crowd->program, ':') + 1);
	snprintf(words->count, sizeof(words->count), "%lu",
		 crowd->threads ? count / crowd->threads : count);
	snprintf(words->threads, sizeof(words->threads), "%u", crowd->threads);
	words->argv[n++] = words->program;
	words->argv[n++] = words->count;
	words->argv[n++] = crowd->threads ? words->threads : NULL;
	words->argv[n] = NULL;
}

/* Seconds. */
static double run_crowd(const struct crowd *crowd,
			const struct run_place *place, unsigned long count,
			enum tracer tracer, struct run_result *ret)
{
	static const char *const options[] = { "-i", NULL };
	struct words words = { 0 };
	struct run_spec spec = { .argv = words.argv,
				 .trace = tracer == OURS ? options : NULL,
				 .seconds = 400 };
	double start = now();

	fill_words(&words, crowd, place, count, tracer);
	assert_int_equal(run_program(ret, place, &spec), 0);
	assert_true(run_exited(ret, 0));
	return now() - start;
}

/* ---- what must be in the trace ---- */

/* Threads have ids of 22 bits at most. */
static size_t count_threads(const struct trace *trace)
{
	uint8_t *seen = calloc(1u << 22, 1);
	size_t count = 0;

	assert_non_null(seen);
	for (size_t i = 0; i < trace->count; i++) {
		const struct record *record = &trace->items[i].record;

		if (record->pid == trace_recorder(trace))
			continue;
		assert_in_range(record->tid, 1, (1u << 22) - 1);
		count += !seen[record->tid];
		seen[record->tid] = 1;
	}
	free(seen);
	return count;
}

static void check_trace(const struct crowd *crowd,
			const struct run_place *place, unsigned long count)
{
	struct text why = TEXT_INIT;
	struct trace trace;
	char path[PATH_MAX];
	size_t ends;

	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	if (!trace_is_whole(&trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	ends = trace_count(&trace,
			   (struct trace_match){ .kind = KTR_PROCDTOR });
	printf("  %zu records\n", trace.count);
	/* Each pid that begins ends, says trace_is_whole(). */
	assert_int_equal(ends, crowd->are_processes ? count + 1 : 1);
	if (!crowd->are_processes)
		assert_int_equal(count_threads(&trace), count + 1);
	trace_done(&trace);
}

static void check_weight(const struct run_place *place, unsigned long count)
{
	char path[PATH_MAX];
	unsigned long weight;

	weight = number_in(run_place_file(place, "tracer_kib", path));
	printf("  the recorder takes %lu KiB\n", weight);
	assert_in_range(weight, 1, ULONG_MAX - 1);
	if (!IS_SANITIZED)
		assert_true(weight < RSS_KIB_EACH * count + RSS_KIB_BASE);
}

static void test_crowd(void **state)
{
	const struct crowd *crowd = *state;
	unsigned long count = scale(crowd);
	struct run_result native, traced;
	struct run_place place;
	double alone, ours;

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	count -= crowd->threads ? count % crowd->threads : 0;
	alone = run_crowd(crowd, &place, count, NOBODY, &native);
	ours = run_crowd(crowd, &place, count, OURS, &traced);
	printf("  untraced %.2f s, traced %.2f s: x %.1f\n", alone, ours,
	       ours / alone);
	assert_string_equal(text_string(&traced.out), text_string(&native.out));
	assert_string_equal(text_string(&traced.err), text_string(&native.err));
	check_trace(crowd, &place, count);
	if (!crowd->are_processes)
		check_weight(&place, count);
	run_result_done(&native);
	run_result_done(&traced);
	run_place_close(&place);
}

/* The better of what was and of another run. */
static void better(double *best, const struct crowd *crowd,
		   const struct run_place *place, enum tracer tracer)
{
	struct run_result result;
	double seconds = run_crowd(crowd, place, crowd->judged, tracer,
				   &result);

	if (*best == 0 || seconds < *best)
		*best = seconds;
	run_result_done(&result);
}

/* Whether others want the machine so much that a time says nothing. */
static bool is_busy(void)
{
	double load = 0;

	return getloadavg(&load, 1) == 1 &&
	       load > 2 * (double)sysconf(_SC_NPROCESSORS_ONLN);
}

static void test_against_strace(void **state)
{
	const struct crowd *crowd = *state;
	struct run_place place;
	double ours = 0, theirs = 0;

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	if (IS_SANITIZED || !run_has(&place, "strace")) {
		printf("skipped: %s\n", IS_SANITIZED
					    ? "sanitizers take their time"
					    : "strace is not there");
		run_place_close(&place);
		skip();
	}
	for (unsigned i = 0; i < TRIES_MOST; i++) {
		better(&ours, crowd, &place, OURS);
		better(&theirs, crowd, &place, STRACE);
		if (i + 1 >= TRIES_LEAST && ours < SLOWER_THAN_PEER * theirs)
			break;
	}
	printf("  %lu %s: ours %.2f s, strace %.2f s: x %.2f\n", crowd->judged,
	       crowd->name, ours, theirs, ours / theirs);
	run_place_close(&place);
	if (ours >= SLOWER_THAN_PEER * theirs && is_busy()) {
		printf("skipped: the machine is too busy to judge that\n");
		skip();
	}
	assert_true(ours < SLOWER_THAN_PEER * theirs);
}

int main(void)
{
	static struct CMUnitTest tests[2 * ARRAY_LEN(crowds)];
	static char names[2 * ARRAY_LEN(crowds)][64];
	size_t count = 0;

	for (size_t i = 0; i < 2 * ARRAY_LEN(crowds); i++) {
		bool races = i % 2;
		const struct crowd *crowd = &crowds[i / 2];

		snprintf(names[i], sizeof(names[i]), "%s%s", crowd->name,
			 races ? ", against strace" : "");
		tests[count++] = (struct CMUnitTest){
			.name = names[i],
			.test_func = races ? test_against_strace : test_crowd,
			.initial_state = (void *)crowd,
		};
	}
	return _cmocka_run_group_tests("scale", tests, count, NULL, NULL);
}
