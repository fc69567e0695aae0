/*
 * Births and ends of processes: whom a trace is about with and without -i, what
 * it says of their end, and what becomes of a process that executes a program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"
#include "support/trace.h"

#define CHILDREN 10

/* A line of prog:lives. */
struct child {
	char way[16];
	int pid;
	int status;
	long usage[7];
};

static const char *const usage_names[] = { "maxrss_kib", "minflt",  "majflt",
					   "inblock",    "oublock", "nvcsw",
					   "nivcsw" };

static void run_traced(struct run_result *ret, struct trace *ret_trace,
		       const char *const *argv, const char *const *options)
{
	struct run_spec spec = { .argv = argv, .trace = options };
	struct text why = TEXT_INIT;
	struct run_place place;
	char path[PATH_MAX];

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(ret, &place, &spec), 0);
	assert_false(ret->timed_out);
	run_place_file(&place, "ktrace.out", path);
	assert_int_equal(trace_load(ret_trace, path), 0);
	if (!trace_is_whole(ret_trace, &why))
		fail_msg("not whole: %s", text_string(&why));
	run_place_close(&place);
}

static size_t count_processes(const struct trace *trace)
{
	int32_t pids[2 * CHILDREN];

	return trace_pids(trace, pids, ARRAY_LEN(pids));
}

/* The next "child" line at *at; false when there is none. */
static bool next_child(const char **at, struct child *ret)
{
	for (; **at; *at += strcspn(*at, "\n") + 1)
		if (sscanf(*at, "child %15s %d %d %ld %ld %ld %ld %ld %ld %ld",
			   ret->way, &ret->pid, &ret->status, &ret->usage[0],
			   &ret->usage[1], &ret->usage[2], &ret->usage[3],
			   &ret->usage[4], &ret->usage[5],
			   &ret->usage[6]) == 10) {
			*at += strcspn(*at, "\n") + 1;
			return true;
		}
	return false;
}

static const struct trace_item *must_find(const struct trace *trace,
					  struct trace_match match)
{
	const struct trace_item *item = trace_find(trace, NULL, match);

	assert_non_null(item);
	return item;
}

static int64_t must_have_number(const struct trace_item *item, const char *name)
{
	int64_t number = 0;

	if (!trace_number(item, name, &number))
		fail_msg("no %s", name);
	return number;
}

/* Its own name for itself, which nobody else uses. */
static void must_have_marker(const struct trace *trace,
			     struct trace_match match, const char *way)
{
	const struct trace_item *item;
	char marker[64];

	snprintf(marker, sizeof(marker), "/marker/%s", way);
	match.kind = KTR_NAMEI;
	item = NULL;
	while ((item = trace_find(trace, item, match)))
		if (item->record.raw.length == strlen(marker) &&
		    !memcmp(item->record.raw.data, marker, strlen(marker)))
			return;
	fail_msg("no name %s", marker);
}

/*
 * The usage that its parent was told. A thread that ends is switched away once
 * more when it is a zombie already, and may have been counted or not.
 */
static void must_have_used(const struct trace_item *end,
			   const struct child *child)
{
	for (size_t i = 0; i < ARRAY_LEN(usage_names); i++) {
		int64_t ours = must_have_number(end, usage_names[i]);
		bool is_switch = strstr(usage_names[i], "csw");

		if (ours != child->usage[i] &&
		    !(is_switch && ours + 1 == child->usage[i]))
			fail_msg("%s: %s %ld, its parent was told %ld",
				 child->way, usage_names[i], (long)ours,
				 child->usage[i]);
	}
}

static void must_have_ended(const struct trace *trace,
			    const struct child *child)
{
	struct trace_match match = { .pid = child->pid,
				     .name = KTR_STRUCT_EXIT_STATUS };
	const struct trace_item *end = must_find(trace, match);
	const struct trace_item *item, *last = NULL;

	must_have_used(end, child);
	if (WIFEXITED(child->status)) {
		assert_int_equal(must_have_number(end, "status"),
				 WEXITSTATUS(child->status));
		return;
	}
	assert_int_equal(must_have_number(end, "signal"),
			 WTERMSIG(child->status));
	item = NULL;
	match = (struct trace_match){ .pid = child->pid, .kind = KTR_PSIG };
	while ((item = trace_find(trace, item, match)))
		last = item;
	assert_non_null(last);
	assert_int_equal(last->record.psig.signo, WTERMSIG(child->status));
	assert_int_equal(last->record.psig.action, KTR_SIG_DFL);
}

static void must_be_child(const struct trace *trace, pid_t parent,
			  const struct child *child)
{
	struct trace_match match = { .pid = child->pid };
	const struct trace_item *item = must_find(trace, match);

	assert_int_equal(item->record.kind, KTR_PROCCTOR);
	match.name = KTR_STRUCT_PROCESS;
	item = must_find(trace, match);
	assert_int_equal(must_have_number(item, "ppid"), parent);
	assert_string_equal(trace_text(item, "abi"),
			    sysdesc_abi_name(sysdesc_abi_native()));
	must_have_marker(trace, (struct trace_match){ .pid = child->pid },
			 child->way);
	must_have_ended(trace, child);
}

/* The call that made it, in its parent. */
static void must_be_returned(const struct trace *trace, pid_t parent,
			     const struct child *child)
{
	struct trace_match match = { .pid = parent, .kind = KTR_SYSRET };
	const struct trace_item *item = NULL;

	while ((item = trace_find(trace, item, match)))
		if (item->record.sysret.retval == child->pid &&
		    item->row->result == RESULT_PID)
			return;
	fail_msg("no call returned %s", child->way);
}

static void must_have_thread(const struct trace *trace, pid_t pid,
			     const char *out)
{
	const char *line = strstr(out, "thread thread ");
	pid_t tid;

	assert_non_null(line);
	assert_int_equal(sscanf(line, "thread thread %d", &tid), 1);
	assert_int_not_equal(tid, pid);
	must_have_marker(trace, (struct trace_match){ .pid = pid, .tid = tid },
			 "thread");
}

static void test_children(void **state)
{
	static const char *const argv[] = { "prog:lives", NULL };
	static const char *const with[] = { "-i", NULL };
	static const char *const without[] = { "-t+", NULL };
	bool inherits = *(const bool *)*state;
	struct run_result result;
	struct trace trace;
	struct child child;
	unsigned count = 0;
	const char *at;

	run_traced(&result, &trace, argv, inherits ? with : without);
	assert_true(run_exited(&result, 0));
	at = text_string(&result.out);
	must_have_thread(&trace, result.pid, at);
	for (; next_child(&at, &child); count++) {
		must_be_returned(&trace, result.pid, &child);
		if (inherits)
			must_be_child(&trace, result.pid, &child);
		else
			assert_null(trace_find(
			    &trace, NULL,
			    (struct trace_match){ .pid = child.pid }));
	}
	assert_int_equal(count, CHILDREN);
	assert_int_equal(count_processes(&trace), inherits ? CHILDREN + 1 : 1);
	trace_done(&trace);
	run_result_done(&result);
}

static void must_be_strings(const struct trace_item *item, const char *bytes,
			    size_t length)
{
	assert_int_equal(item->record.raw.length, length);
	assert_memory_equal(item->record.raw.data, bytes, length);
}

/* From the second PROCCTOR on it is the shell. */
static const struct trace_item *must_become_shell(const struct trace *trace,
						  pid_t pid)
{
	static const char args[] = "sh\0-c\0exit 5";
	static const char vars[] = "NAME=value";
	struct trace_match match = { .pid = pid, .kind = KTR_PROCCTOR };
	const struct trace_item *first = must_find(trace, match);
	const struct trace_item *exec = NULL;
	const struct trace_item *item;

	/* The first one is ktrace-u itself, about to become the program. */
	for (item = first; (item = trace_find(trace, item, match));)
		exec = item;
	assert_non_null(exec);
	assert_ptr_not_equal(exec, first);
	assert_string_equal(exec->record.comm, "sh");
	assert_int_equal(exec->record.tid, pid);
	item = trace_find(trace, exec,
			  (struct trace_match){ .kind = KTR_ARGS });
	assert_non_null(item);
	must_be_strings(item, args, sizeof(args));
	item = trace_find(trace, exec,
			  (struct trace_match){ .kind = KTR_ENVS });
	assert_non_null(item);
	must_be_strings(item, vars, sizeof(vars));
	item = trace_find(trace, exec,
			  (struct trace_match){ .name = KTR_STRUCT_PROCESS });
	assert_non_null(item);
	assert_non_null(trace_text(item, "exe"));
	assert_non_null(strstr(trace_text(item, "exe"), "sh"));
	return exec;
}

/* Which thread called, and who returned. */
static void must_return_to(const struct trace *trace,
			   const struct trace_item *exec, pid_t pid,
			   bool by_thread)
{
	struct trace_match match = { .pid = pid,
				     .kind = KTR_SYSCALL,
				     .call = "execve" };
	const struct trace_item *call = NULL;
	const struct trace_item *item = NULL;

	while ((item = trace_find(trace, item, match)) && item < exec)
		call = item;
	assert_non_null(call);
	assert_int_equal(call->record.tid != pid, by_thread);
	match.kind = KTR_SYSRET;
	item = trace_find(trace, exec, match);
	assert_non_null(item);
	assert_int_equal(item->record.tid, pid);
	assert_int_equal(item->record.sysret.error, 0);
	assert_int_equal(item->record.sysret.retval, 0);
	/* Behind it only one thread is left. */
	while ((
	    item = trace_find(trace, item, (struct trace_match){ .pid = pid })))
		assert_int_equal(item->record.tid, pid);
}

static void test_exec(void **state)
{
	static const char *const options[] = { "-i", "-t+e", NULL };
	const char *how = *state;
	const char *const argv[] = { "prog:execs", how, NULL };
	const struct trace_item *exec;
	struct run_result result;
	struct trace trace;

	run_traced(&result, &trace, argv, options);
	assert_true(run_exited(&result, 5));
	exec = must_become_shell(&trace, result.pid);
	must_return_to(&trace, exec, result.pid, !strcmp(how, "thread"));
	assert_int_equal(count_processes(&trace), 1);
	trace_done(&trace);
	run_result_done(&result);
}

int main(void)
{
	static bool with = true, without;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_children, &with),
		cmocka_unit_test_prestate(test_children, &without),
		cmocka_unit_test_prestate(test_exec, "good"),
		cmocka_unit_test_prestate(test_exec, "thread"),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
