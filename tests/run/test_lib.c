/*
 * Libraries: libseccomp
 *
 * ktrace() and fktrace() from programs that call them: what they do, to whom,
 * and with what errors. (G..: the rows of the kernels' promises.)
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <ktrace-u/ktrace.h>
#include <seccomp.h>

#include "base/array.h"
#include "support/apart.h"
#include "support/fault.h"
#include "support/status.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

#define ALL ((int)KTRFAC_MASK)

/* ---- scenes ---- */

static void open_place(struct run_place *place, void **state)
{
	assert_int_equal(run_place_open(place, *(enum run_user *)*state), 0);
	assert_int_equal(run_place_put(place, "t", "", 0600), 0);
}

/* In a place of its own, as one of the users; then the trace t is looked at. */
static void play(void **state, void (*act)(void *),
		 void (*look)(const struct trace *))
{
	struct run_place place;
	struct trace trace;

	open_place(&place, state);
	apart_run(&place, act, NULL);
	if (look) {
		fault_load(&trace, &place, "t");
		look(&trace);
		trace_done(&trace);
	}
	run_place_close(&place);
}

/* A child that waits for a word, says it, and ends. */
struct child {
	pid_t pid;
	int word; /* the end of a pipe */
};

static void be_child(int in)
{
	char word;

	_exit(read(in, &word, 1) != 1 || utrace(&word, 1));
}

static struct child start_child(pid_t group)
{
	struct child child;
	int ends[2];

	apart_must(!pipe2(ends, O_CLOEXEC));
	child.pid = fork();
	apart_must(child.pid >= 0);
	if (child.pid == 0) {
		close(ends[1]);
		if (group >= 0)
			setpgid(0, group);
		be_child(ends[0]);
	}
	if (group >= 0)
		setpgid(child.pid, group ?: child.pid);
	close(ends[0]);
	child.word = ends[1];
	return child;
}

static void end_child(struct child *child, char word)
{
	int status;

	apart_must(write(child->word, &word, 1) == 1);
	close(child->word);
	apart_must(waitpid(child->pid, &status, 0) == child->pid);
	apart_must(status == 0);
}

static pid_t tracer_of(pid_t pid)
{
	char name[64], line[128];
	pid_t tracer = -1;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/status", pid);
	file = fopen(name, "re");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		sscanf(line, "TracerPid: %d", &tracer);
	fclose(file);
	return tracer;
}

static size_t count_said(const struct trace *trace, char word)
{
	const struct trace_match match = { .kind = KTR_USER };
	const struct trace_item *item = NULL;
	size_t count = 0;

	while ((item = trace_find(trace, item, match)))
		count += item->record.length == 1 &&
			 *(const char *)item->record.payload == word;
	return count;
}

/* ---- whom ---- */

static void trace_child(void *context)
{
	struct child child = start_child(-1);

	(void)context;
	apart_must(!ktrace("t", KTROP_SET, ALL, child.pid));
	apart_must(tracer_of(child.pid) > 0);
	end_child(&child, 'c');
}

static void look_child(const struct trace *trace)
{
	assert_int_equal(count_said(trace, 'c'), 1);
	assert_non_null(trace_find(
	    trace, NULL,
	    (struct trace_match){ .kind = KTR_SYSCALL, .call = "exit_group" }));
	assert_non_null(trace_find(
	    trace, NULL, (struct trace_match){ .kind = KTR_PROCDTOR }));
}

static void test_child(void **state)
{
	play(state, trace_child, look_child);
}

/* G11, and what is told of it. */
static void trace_oneself(void *context)
{
	(void)context;
	errno = EXDEV;
	apart_must(!ktrace("t", KTROP_SET, ALL, getpid()));
	apart_must(errno == EXDEV);
	apart_must(tracer_of(getpid()) > 0);
	apart_must(!utrace("s", 1));
}

static void look_oneself(const struct trace *trace)
{
	assert_int_equal(count_said(trace, 's'), 1);
}

static void test_oneself(void **state)
{
	play(state, trace_oneself, look_oneself);
}

static void trace_group(void *context)
{
	struct child one = start_child(0);
	struct child two = start_child(one.pid);
	struct child other = start_child(-1);

	(void)context;
	apart_must(!ktrace("t", KTROP_SET, ALL, -one.pid));
	apart_must(tracer_of(other.pid) == 0 && tracer_of(getpid()) == 0);
	end_child(&two, 'g');
	end_child(&one, 'g');
	end_child(&other, 'g');
}

static void look_group(const struct trace *trace)
{
	assert_int_equal(count_said(trace, 'g'), 2);
}

static void test_group(void **state)
{
	play(state, trace_group, look_group);
}

/* G11: who calls is a member as others are. */
static void trace_own_group(void *context)
{
	struct child child;

	(void)context;
	apart_must(!setpgid(0, 0));
	child = start_child(-1);
	apart_must(!ktrace("t", KTROP_SET, ALL, -getpgrp()));
	apart_must(tracer_of(getpid()) > 0);
	apart_must(tracer_of(getpid()) == tracer_of(child.pid));
	end_child(&child, 'g');
	apart_must(!utrace("g", 1));
}

static void test_own_group(void **state)
{
	play(state, trace_own_group, look_group);
}

static void trace_family(void *context)
{
	struct child child = start_child(-1);

	(void)context;
	apart_must(!ktrace("t", KTROP_SET | KTRFLAG_DESCEND, ALL, getpid()));
	apart_must(tracer_of(child.pid) > 0);
	end_child(&child, 'g');
	apart_must(!utrace("g", 1));
}

static void test_family(void **state)
{
	play(state, trace_family, look_group);
}

/* Who is traced already is given what is asked for, by the same recorder. */
static void trace_twice(void *context)
{
	struct child child = start_child(-1);
	pid_t tracer;

	(void)context;
	apart_must(!ktrace("t", KTROP_SET, KTRFAC_SYSCALL, child.pid));
	tracer = tracer_of(child.pid);
	apart_must(!ktrace("t", KTROP_SET, KTRFAC_USER, child.pid));
	apart_must(tracer_of(child.pid) == tracer);
	end_child(&child, 'c');
}

static void test_twice(void **state)
{
	play(state, trace_twice, look_child);
}

/* Who is traced has others traced, too, and so has no recorder of its own. */
static void trace_by_traced(void *context)
{
	struct child child = start_child(-1);

	(void)context;
	apart_must(!ktrace("t", KTROP_SET, KTRFAC_USER, getpid()));
	apart_must(!ktrace("t", KTROP_SET, ALL, child.pid));
	apart_must(tracer_of(child.pid) == tracer_of(getpid()));
	end_child(&child, 'c');
}

static void test_by_traced(void **state)
{
	play(state, trace_by_traced, look_child);
}

/* ---- taking away ---- */

/* G14, G15: what is left counts; nothing left is the end of it. */
static void clear_parts(void *context)
{
	pid_t self = getpid();

	(void)context;
	apart_must(!ktrace((char *)1, KTROP_CLEAR, ALL, self));
	apart_must(!ktrace("t", KTROP_SET, ALL | KTRFAC_INHERIT, self));
	apart_must(!ktrace((char *)1, KTROP_CLEAR, KTRFAC_INHERIT, self));
	apart_must(
	    !ktrace(NULL, KTROP_CLEAR, KTRFAC_SYSCALL | KTRFAC_SYSRET, self));
	getppid();
	apart_must(!utrace("p", 1));
	apart_must(!ktrace(NULL, KTROP_CLEAR, KTRFAC_USER, self));
	/* G30: nobody looks at bad arguments any more. */
	apart_must(!utrace("p", KTR_USER_MAX + 1));
	apart_must(!ktrace(NULL, KTROP_CLEAR, ALL, self));
	while (tracer_of(self))
		;
	apart_must(!utrace("p", 1));
}

static void look_parts(const struct trace *trace)
{
	assert_int_equal(count_said(trace, 'p'), 1);
	assert_null(trace_find(
	    trace, NULL,
	    (struct trace_match){ .kind = KTR_SYSCALL, .call = "getppid" }));
}

static void test_clear(void **state)
{
	play(state, clear_parts, look_parts);
}

/* G18, G22: pid and facilities are not looked at; other files go on. */
static void clear_file(void *context)
{
	struct child one = start_child(-1);
	struct child two = start_child(-1);
	int fd = open("other", O_CREAT | O_WRONLY, 0600);

	(void)context;
	apart_must(fd >= 0 && !link("t", "t2"));
	apart_must(!ktrace("t", KTROP_SET, ALL, one.pid));
	apart_must(!fktrace(fd, KTROP_SET, ALL, two.pid));
	apart_must(!ktrace("t2", KTROP_CLEARFILE, 0, INT_MIN));
	while (tracer_of(one.pid))
		;
	apart_must(tracer_of(two.pid) > 0);
	end_child(&one, 'c');
	end_child(&two, 'c');
}

static void look_nothing(const struct trace *trace)
{
	assert_int_equal(count_said(trace, 'c'), 0);
}

static void test_clear_file(void **state)
{
	play(state, clear_file, look_nothing);
}

/* ---- errors ---- */

struct wrong {
	const char *row;
	const char *path;
	int ops;
	int facilities;
	pid_t pid;
	int error;
};

#define NOBODY 0x3fffffff /* no pid is as high */

/* Two faults at a time: the order is FreeBSD's. */
static const struct wrong wrongs[] = {
	{ "G17", "absent", KTROP_SET, 0, NOBODY, EINVAL },
	{ "G17", "absent", KTROP_CLEAR, 0, NOBODY, EINVAL },
	{ "G16", "absent", KTROP_SET, (int)KTRFAC_ROOT, NOBODY, EINVAL },
	{ "G16", "absent", KTROP_SET, 0x20000000, NOBODY, EINVAL },
	{ "G18", "absent", 3, 1, NOBODY, EINVAL },
	{ "G17", "absent", KTROP_SET, ALL, NOBODY, ENOENT },
	{ "G17", "absent", KTROP_CLEARFILE, 0, NOBODY, ENOENT },
	{ "G17", "link", KTROP_SET, ALL, NOBODY, ELOOP },
	{ "G17", ".", KTROP_SET, ALL, NOBODY, EISDIR },
	{ "G17", "t/x", KTROP_SET, ALL, NOBODY, ENOTDIR },
	{ "G17", "fifo", KTROP_SET, ALL, NOBODY, EACCES },
	{ "G17", "/dev/null", KTROP_SET, ALL, NOBODY, EACCES },
	{ "G17", "fifo", KTROP_CLEARFILE, 0, NOBODY, EACCES },
	{ "G17", NULL, KTROP_SET, ALL, NOBODY, EFAULT },
	{ "G18", "t", KTROP_SET, ALL, 0, ESRCH },
	{ "G18", "t", KTROP_SET, ALL, INT_MIN, ESRCH },
	{ "G18", "t", KTROP_SET, ALL, NOBODY, ESRCH },
	{ "G18", "t", KTROP_SET, ALL, -NOBODY, ESRCH },
	{ "G18", NULL, KTROP_CLEAR, ALL, 0, ESRCH },
	{ "G18", NULL, KTROP_CLEAR, ALL, NOBODY, ESRCH },
	{ "G18", NULL, KTROP_CLEAR, ALL, -NOBODY, ESRCH },
};

static void make_mistakes(void *context)
{
	(void)context;
	apart_must(!symlink("t", "link") && !mkfifo("fifo", 0600));
	for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
		const struct wrong *wrong = &wrongs[i];

		errno = 0;
		if (ktrace(wrong->path, wrong->ops, wrong->facilities,
			   wrong->pid) == -1 &&
		    errno == wrong->error)
			continue;
		fprintf(stderr, "row %zu (%s): %s\n", i, wrong->row,
			strerror(errno));
		apart_must(false);
	}
}

static void test_errors(void **state)
{
	play(state, make_mistakes, NULL);
}

static void *sleep_in_thread(void *context)
{
	*(_Atomic pid_t *)context = (pid_t)syscall(SYS_gettid);
	pause();
	return NULL;
}

/* G18: a thread that is no leader; G19: a zombie. G16: INHERIT alone. */
static void aim_badly(void *context)
{
	struct child child = start_child(-1);
	_Atomic pid_t tid = 0;
	pthread_t thread;
	siginfo_t info;

	(void)context;
	apart_must(!pthread_create(&thread, NULL, sleep_in_thread, &tid));
	while (!tid)
		;
	apart_must(ktrace("t", KTROP_SET, ALL, tid) == -1 && errno == ESRCH);
	apart_must(!ktrace("t", KTROP_SET, KTRFAC_INHERIT, child.pid));
	kill(child.pid, SIGKILL);
	apart_must(!waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT));
	apart_must(ktrace("t", KTROP_SET, ALL, child.pid) == -1);
	apart_must(errno == ESRCH);
	apart_must(ktrace("t", KTROP_CLEAR, ALL, child.pid) == -1);
	apart_must(errno == ESRCH);
}

static void test_aim(void **state)
{
	play(state, aim_badly, NULL);
}

/* G31; NetBSD's order has EBADF first. */
static void pass_bad_descriptors(void *context)
{
	const int opened[] = { -1, 1000, open("t", O_RDONLY),
			       open("t", O_PATH) };

	(void)context;
	for (size_t i = 0; i < ARRAY_LEN(opened); i++) {
		apart_must(fktrace(opened[i], KTROP_SET, 0, 0) == -1);
		apart_must(errno == EBADF);
	}
	apart_must(fktrace(open("t", O_WRONLY), KTROP_SET, 0, 0) == -1);
	apart_must(errno == EINVAL);
	apart_must(fktrace(STDERR_FILENO, KTROP_SET, ALL, NOBODY) == -1);
	apart_must(errno == ESRCH);
}

static void test_bad_descriptors(void **state)
{
	play(state, pass_bad_descriptors, NULL);
}

/* Who is another's may be neither set nor cleared, traced or not. */
static void touch_others(void *context)
{
	pid_t parent = getppid();

	(void)context;
	apart_must(ktrace("t", KTROP_SET, ALL, parent) == -1);
	apart_must(errno == EPERM);
	apart_must(ktrace("t", KTROP_CLEAR, ALL, parent) == -1);
	apart_must(errno == EPERM);
}

static void test_permission(void **state)
{
	if (geteuid() != 0) {
		printf("skipped: nobody here belongs to another user\n");
		skip();
	}
	play(state, touch_others, NULL);
}

/* ---- pipes ---- */

/* The caller's flags stay what they are (G31). */
static void trace_to_pipe(void *context)
{
	const struct fault_pipe *pipe = context;
	struct child child = start_child(-1);
	int flags = fcntl(pipe->write, F_GETFL);

	apart_must(!fktrace(pipe->write, KTROP_SET, ALL, child.pid));
	apart_must(fcntl(pipe->write, F_GETFL) == flags);
	end_child(&child, 'c');
	apart_must(fcntl(pipe->write, F_GETFL) == flags);
}

static void test_pipe(void **state)
{
	struct fault_pipe pipe = fault_pipe();
	struct run_place place;
	struct trace trace;
	pid_t pid;

	open_place(&place, state);
	pid = apart_start(&place, trace_to_pipe, &pipe);
	fault_close(&pipe.write);
	assert_int_equal(trace_read(&trace, pipe.read), 0);
	look_child(&trace);
	trace_done(&trace);
	apart_finish(pid);
	fault_close(&pipe.read);
	run_place_close(&place);
}

/* ---- nobody may notice ---- */

static volatile sig_atomic_t came;

static void note(int signal_number)
{
	came = signal_number;
}

static void look_for_traces(void *context)
{
	struct child child = start_child(-1);
	int low = dup(0);

	(void)context;
	close(low);
	signal(SIGCHLD, note);
	apart_must(!ktrace("t", KTROP_SET, KTRFAC_USER, child.pid));
	apart_must(waitpid(-1, NULL, WNOHANG | __WALL) == 0);
	end_child(&child, 'c');
	apart_must(wait(NULL) == -1 && errno == ECHILD);
	apart_must(dup(0) == low);
	close(low);
	came = 0;
	apart_must(!ktrace("t", KTROP_SET, KTRFAC_USER, getpid()));
	apart_must(!came);
	apart_must(waitpid(-1, NULL, __WALL) == -1 && errno == ECHILD);
	apart_must(dup(0) == low);
}

static void test_unnoticed(void **state)
{
	play(state, look_for_traces, NULL);
}

/* ---- threads ---- */

#define THREADS 8

/* Their errors are returned. */
static void *trace_own_process(void *context)
{
	(void)context;
	return ktrace("t", KTROP_SET, ALL, getpid()) ? (void *)(intptr_t)errno
						     : NULL;
}

static void *trace_a_child(void *context)
{
	struct child *child = context;

	return ktrace("t", KTROP_SET, ALL, child->pid) ? (void *)(intptr_t)errno
						       : NULL;
}

static void run_threads(void *(*run)(void *), struct child *children)
{
	pthread_t threads[THREADS];
	void *failed;

	for (int i = 0; i < THREADS; i++)
		apart_must(
		    !pthread_create(&threads[i], NULL, run, &children[i]));
	for (int i = 0; i < THREADS; i++) {
		apart_must(!pthread_join(threads[i], &failed));
		errno = (int)(intptr_t)failed;
		apart_must(!failed);
	}
}

/* One of them is first, the others find its recorder. */
static void trace_from_threads(void *context)
{
	struct child children[THREADS];

	(void)context;
	run_threads(trace_own_process, children);
	apart_must(!utrace("s", 1));
}

static void test_threads_oneself(void **state)
{
	play(state, trace_from_threads, look_oneself);
}

static void trace_children(void *context)
{
	struct child children[THREADS];

	(void)context;
	for (int i = 0; i < THREADS; i++)
		children[i] = start_child(0);
	run_threads(trace_a_child, children);
	for (int i = 0; i < THREADS; i++)
		end_child(&children[i], 't');
}

static void look_threads(const struct trace *trace)
{
	assert_int_equal(count_said(trace, 't'), THREADS);
}

static void test_threads_children(void **state)
{
	play(state, trace_children, look_threads);
}

/* ---- no recorder (G46) ---- */

static void have_none(void *context)
{
	static const char *const programs[] = { "/absent", "/dev/null",
						"/bin/true", "/bin/false" };

	(void)context;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		apart_must(!setenv("KTRACE_U", programs[i], 1));
		apart_must(ktrace("t", KTROP_SET, ALL, getpid()) == -1);
		apart_must(errno == ENOSYS);
	}
	apart_must(!ktrace("t", KTROP_CLEAR, ALL, getpid()));
	apart_must(!utrace("x", 1));
}

static void test_none(void **state)
{
	play(state, have_none, NULL);
}

static void have_no_ptrace(void *context)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	(void)context;
	apart_must(!seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
				     SCMP_SYS(ptrace), 0));
	apart_must(!seccomp_load(filter));
	apart_must(ktrace("t", KTROP_SET, ALL, getpid()) == -1);
	apart_must(errno == ENOSYS);
}

static void test_no_ptrace(void **state)
{
	play(state, have_no_ptrace, NULL);
}

/* ---- the options that are for it ---- */

static void test_options(void **state)
{
	static const char *const wrong[][5] = {
		{ "--facilities", "c", "-p", "1" },
		{ "--facilities=16777216", "-p", "1" },
		{ "--report-fd", "-1", "-p", "1" },
		{ "--report-fd", "3", "true" },
		{ "--report-fd", "3", "--background", "-p1" },
	};
	struct run_place place;

	open_place(&place, state);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const char *argv[ARRAY_LEN(wrong[0]) + 1] = { place.ktrace };
		const struct run_spec spec = { .argv = argv };
		struct run_result result;

		memcpy(argv + 1, wrong[i], sizeof(wrong[i]));
		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(run_exited(&result, 2));
		run_result_done(&result);
	}
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_child),
		AS_BOTH(test_oneself),
		AS_BOTH(test_group),
		AS_BOTH(test_own_group),
		AS_BOTH(test_family),
		AS_BOTH(test_twice),
		AS_BOTH(test_by_traced),
		AS_BOTH(test_clear),
		AS_BOTH(test_clear_file),
		AS_BOTH(test_errors),
		AS_BOTH(test_aim),
		AS_BOTH(test_bad_descriptors),
		cmocka_unit_test_prestate(test_permission, &users[1]),
		AS_BOTH(test_pipe),
		AS_BOTH(test_unnoticed),
		AS_BOTH(test_threads_oneself),
		AS_BOTH(test_threads_children),
		AS_BOTH(test_none),
		AS_BOTH(test_no_ptrace),
		cmocka_unit_test_prestate(test_options, &users[0]),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("lib", tests, NULL, NULL);
}
