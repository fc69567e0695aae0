/*
 * Programs that try to hide what they do from kaudit-u: what they did is
 * reported right, or it is reported that not all is known. None passes.
 * Libraries: jansson
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"

#define WORDS_MAX 24
#define COMPLIES  0
#define VIOLATES  1
#define UNKNOWN   3

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

/* Where there is nothing yet but a secret, and a policy that protects it. */
static void open_place(struct run_place *place, void **state)
{
	assert_int_equal(run_place_open(place, *(enum run_user *)*state), 0);
	assert_int_equal(
	    run_place_put(place, "p",
			  "deny * @src/secret\nallow look @src/secret\n", 0644),
	    0);
}

static void run_kaudit(struct run_result *ret, const struct run_place *place,
		       const char *const *words, const char *const *env)
{
	const char *argv[WORDS_MAX] = { place->kaudit };
	const struct run_spec spec = { .argv = argv, .env = env };

	for (size_t i = 0; words[i]; i++) {
		assert_true(i + 2 < WORDS_MAX);
		argv[i + 1] = words[i];
	}
	assert_int_equal(run_program(ret, place, &spec), 0);
}

static json_t *load_report(const struct run_place *place)
{
	static const char *const words[] = { "report", "--json", "-p",
					     "p",      "t",      NULL };
	struct run_result result;
	json_error_t error;
	json_t *root;

	run_kaudit(&result, place, words, NULL);
	assert_true(run_exited(&result, 0));
	root = json_loads(text_string(&result.out), 0, &error);
	if (!root)
		fail_msg("line %d: %s", error.line, error.text);
	run_result_done(&result);
	return root;
}

static bool ends_with(const char *string, const char *end)
{
	size_t length = strlen(string), tail = strlen(end);

	return length >= tail && !strcmp(string + length - tail, end);
}

/* NULL: of any. */
struct wanted {
	const char *verb, *object, *outcome;
};

static bool is_so(const json_t *fact, const char *key, const char *wanted)
{
	const char *value = json_string_value(json_object_get(fact, key));

	return !wanted || (value && ends_with(value, wanted));
}

static bool is_wanted(const json_t *fact, const struct wanted *wanted)
{
	return is_so(fact, "verb", wanted->verb) &&
	       is_so(fact, "object", wanted->object) &&
	       is_so(fact, "outcome", wanted->outcome);
}

static bool has_fact(const json_t *report, const struct wanted *wanted)
{
	const json_t *facts = json_object_get(report, "facts");

	for (size_t i = 0; i < json_array_size(facts); i++) {
		if (is_wanted(json_array_get(facts, i), wanted))
			return true;
	}
	return false;
}

/* The same of the call by which it was done first. */
static bool has_call(const json_t *report, const char *call,
		     const struct wanted *wanted)
{
	const json_t *facts = json_object_get(report, "facts");

	for (size_t i = 0; i < json_array_size(facts); i++) {
		const json_t *fact = json_array_get(facts, i);

		if (is_wanted(fact, wanted) && is_so(fact, "call", call))
			return true;
	}
	return false;
}

static bool is_complete(const json_t *report)
{
	return json_is_true(json_object_get(report, "complete"));
}

/* Whether that is not known; NULL: anything. */
static bool has_gap(const json_t *report, const char *what)
{
	const json_t *gaps = json_object_get(report, "not_known");

	for (size_t i = 0; i < json_array_size(gaps); i++) {
		const json_t *gap = json_array_get(gaps, i);
		const char *text =
		    json_string_value(json_object_get(gap, "what"));

		if (text && (!what || strstr(text, what)))
			return true;
	}
	return false;
}

struct hostile_case {
	const char *words[4]; /* of prog:hostile */
	struct wanted wanted; /* what it did, if it did */
	const char *gap;      /* or what of it is not known; NULL: anything */
	bool is_known;        /* nothing is left open */
	bool may_fail; /* not every kernel, machine or user can do that */
};

static void run_hostile(struct run_result *ret, const struct run_place *place,
			const struct hostile_case *that)
{
	char program[PATH_MAX + 16];
	const char *words[WORDS_MAX] = { "run", "--exit-policy=audit",
					 "-p",  "p",
					 "-f",  "t",
					 "--",  program };

	snprintf(program, sizeof(program), "%s/hostile", place->programs);
	for (size_t i = 0; i < ARRAY_LEN(that->words); i++)
		words[8 + i] = that->words[i];
	assert_int_equal(run_place_put(place, "secret", "secret", 0644), 0);
	run_kaudit(ret, place, words, NULL);
	if (ret->timed_out || !WIFEXITED(ret->status) ||
	    WEXITSTATUS(ret->status) > UNKNOWN)
		fail_msg("%s ended badly: %s", that->words[0],
			 text_string(&ret->err));
}

static void print(const struct hostile_case *that, struct run_result *result,
		  const json_t *report)
{
	char *text = json_dumps(json_object_get(report, "not_known"), 0);

	print_message("%-11s %-10s %-8s %s: exit %d, %.*s, not known: %s\n",
		      that->words[0], that->words[1] ? that->words[1] : "",
		      that->words[1] && that->words[2] ? that->words[2] : "",
		      has_fact(report, &that->wanted) ? "told" : "not told",
		      WEXITSTATUS(result->status),
		      (int)strcspn(text_string(&result->out), "\n"),
		      text_string(&result->out), text);
	free(text);
}

/* Nothing that was done passes. */
static void must_not_pass(const struct hostile_case *that,
			  struct run_result *result, const json_t *report)
{
	int status = WEXITSTATUS(result->status);
	bool did = !strcmp(text_string(&result->out), "did\n");
	bool failed = !strcmp(text_string(&result->out), "failed\n");
	bool is_told = has_fact(report, &that->wanted);

	if (failed && that->may_fail)
		return;
	if (!did)
		fail_msg("%s could not: %s%s", that->words[0],
			 text_string(&result->out), text_string(&result->err));
	if (status != VIOLATES && status != UNKNOWN)
		fail_msg("%s passes: %d", that->words[0], status);
	if (!is_told && !has_gap(report, that->gap))
		fail_msg("%s: what it did is not told", that->words[0]);
	if (that->is_known && (!is_told || !is_complete(report)))
		fail_msg("%s: not all is known", that->words[0]);
	if (status == UNKNOWN && is_complete(report))
		fail_msg("%s: not known, and complete", that->words[0]);
}

static void
try_cases(void **state, const struct hostile_case *cases, size_t count,
	  void (*judge)(const struct hostile_case *that,
			struct run_result *result, const json_t *report))
{
	for (size_t i = 0; i < count; i++) {
		struct run_result result;
		struct run_place place;
		json_t *report;

		open_place(&place, state);
		run_hostile(&result, &place, &cases[i]);
		report = load_report(&place);
		print(&cases[i], &result, report);
		judge(&cases[i], &result, report);
		json_decref(report);
		run_result_done(&result);
		run_place_close(&place);
	}
}

#define DELETED                                                                \
	{                                                                      \
		"delete", "/secret", "ok"                                      \
	}
#define READ                                                                   \
	{                                                                      \
		"read", "/secret", "ok"                                        \
	}

static void test_races(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "thread" }, .wanted = DELETED, .may_fail = true },
		{ { "sharing" }, .wanted = DELETED, .may_fail = true },
		{ { "space" }, .wanted = DELETED, .may_fail = true },
		{ { "writing" }, .wanted = DELETED, .may_fail = true },
		{ { "mem" }, .wanted = DELETED, .may_fail = true },
		{ { "link" }, .wanted = READ, .may_fail = true },
		{ { "dup" }, .wanted = READ },
		{ { "vfork" }, .wanted = DELETED },
		{ { "clone3" },
		  .wanted = DELETED,
		  .gap = "child: the kernel did not tell of one",
		  .may_fail = true },
	};

	try_cases(state, cases, ARRAY_LEN(cases), must_not_pass);
}

static void test_processes(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "plain" }, .wanted = DELETED },
		{ { "untraced" }, .wanted = DELETED },
		{ { "untraced3" }, .wanted = DELETED },
		{ { "daemon" }, .wanted = DELETED },
		{ { "memfd" }, .wanted = DELETED },
		{ { "unreadable" }, .wanted = DELETED },
		{ { "undumpable" }, .wanted = DELETED, .is_known = true },
		{ { "argv" }, .wanted = DELETED },
		{ { "passing" }, .wanted = READ },
		{ { "namespace" }, .wanted = DELETED, .may_fail = true },
	};

	try_cases(state, cases, ARRAY_LEN(cases), must_not_pass);
}

static void test_doors(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "int80" }, .wanted = DELETED, .may_fail = true },
		{ { "x32" }, .wanted = DELETED, .may_fail = true },
		{ { "trap" }, .wanted = { "rename", "/secret", "ok" } },
		{ { "notify" }, .wanted = DELETED },
	};

	try_cases(state, cases, ARRAY_LEN(cases), must_not_pass);
}

/* What was not done, but tried, is told as well. */
static void must_tell(const struct hostile_case *that,
		      struct run_result *result, const json_t *report)
{
	if (strcmp(text_string(&result->out), "refused\n") != 0)
		fail_msg("%s was not refused: %s%s", that->words[0],
			 text_string(&result->out), text_string(&result->err));
	if (!has_fact(report, &that->wanted))
		fail_msg("%s is not told", that->words[0]);
	if (that->gap && !has_gap(report, that->gap))
		fail_msg("%s: no \"%s\"", that->words[0], that->gap);
}

static void test_refused(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "rings" },
		  .wanted = { "kernel", "io_uring_setup", "ENOSYS" } },
		{ { "error" }, .wanted = { "delete", "/secret", "EPERM" } },
		{ { "kill" }, .wanted = { "delete", "/secret", NULL } },
		{ { "debugger" },
		  .wanted = { "trace", "/hostile", "EPERM" },
		  .gap = "the thread has a tracer already" },
	};

	try_cases(state, cases, ARRAY_LEN(cases), must_tell);
}

/* ---- at those who record ---- */

/* A script under kaudit-u, with the exit status that the audit has. */
static void run_script(struct run_result *ret, const struct run_place *place,
		       const char *script)
{
	const char *const words[] = { "run", "--exit-policy=audit",
				      "-p",  "p",
				      "-f",  "t",
				      "--",  "sh",
				      "-c",  script,
				      NULL };

	run_kaudit(ret, place, words, NULL);
}

/* Each way of tests/prog/hostile/strike.c, in its order; call: the one by which
 * it is told that it was meant for the recorder. */
static const struct strike {
	const char *way, *call;
	bool only_recorder; /* it is in another group than kaudit-u */
} strikes[] = {
	{ "kill", "kill", false },
	{ "tkill", "tkill", false },
	{ "tgkill", "tgkill", false },
	{ "queue", "rt_sigqueueinfo", false },
	{ "thread", NULL, false },
	{ "all", NULL, false },
	{ "pidfd", "pidfd_open", false },
	{ "directory", "openat", false },
	{ "link", "pidfd_send_signal", false },
	{ "seizing", "ptrace", false },
	{ "attaching", "ptrace", false },
	{ "writing", "process_vm_writev", false },
	{ "reading", "process_vm_readv", false },
	{ "mem", "openat", false },
	{ "descriptor", "openat", false },
	{ "entering", "chdir", false },
	{ "killer", "openat", false },
	{ "limit", "prlimit64", false },
	{ "affinity", "sched_setaffinity", false },
	{ "scheduler", "sched_setscheduler", false },
	{ "priority", "setpriority", false },
	{ "io", "ioprio_set", false },
	{ "comparing", "kcmp", false },
	{ "int80", NULL, false },
	{ "owner", "fcntl", false },
	{ "group", NULL, true },
};

/* One at a time: what is told is counted once, with its first call. */
static void strike(void **state, const struct strike *that, const char *whom)
{
	const struct hostile_case job = { { "strike", whom, that->way },
					  .wanted = { NULL, "recorder",
						      "EPERM" } };
	struct run_result result;
	struct run_place place;
	char wanted[64];
	json_t *report;

	open_place(&place, state);
	run_hostile(&result, &place, &job);
	report = load_report(&place);
	snprintf(wanted, sizeof(wanted), "%s refused\ndid\n", that->way);
	if (strcmp(text_string(&result.out), wanted) != 0)
		fail_msg("%s, %s: %s%s", that->way, whom,
			 text_string(&result.out), text_string(&result.err));
	/* The link was followed before anybody could know where it leads. */
	if (is_complete(report) != (strcmp(that->way, "link") != 0))
		print(&job, &result, report);
	if (that->call && !has_call(report, that->call, &job.wanted))
		fail_msg("%s, %s: %s is not told", that->way, whom, that->call);
	if (WEXITSTATUS(result.status) != VIOLATES)
		fail_msg("%s, %s: passes", that->way, whom);
	json_decref(report);
	run_result_done(&result);
	run_place_close(&place);
}

static void test_strikes(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(strikes); i++) {
		strike(state, &strikes[i], "recorder");
		if (!strikes[i].only_recorder)
			strike(state, &strikes[i], "starter");
	}
}

/* Who signals its group has it signalled, but for those who record. */
static void test_group(void **state)
{
	static const char script[] = "sleep 100 & trap '' TERM; kill 0; wait; "
				     "trap - TERM; kill 0; sleep 100";
	struct run_result result;
	struct run_place place;
	json_t *report;

	open_place(&place, state);
	run_script(&result, &place, script);
	assert_true(run_exited(&result, COMPLIES));
	report = load_report(&place);
	assert_true(is_complete(report));
	assert_true(
	    has_fact(report, &(struct wanted){ "signal", "group", NULL }));
	json_decref(report);
	run_result_done(&result);
	run_place_close(&place);
}

static void test_guard_wrongly(void **state)
{
	static const struct {
		const char *words[4], *said;
	} cases[] = {
		{ { "--guard=x", "true" }, "\"x\" is not a process id" },
		{ { "--guard=0", "true" }, "\"0\" is not a process id" },
		{ { "--guard", "-p", "1" }, "--guard does not go with -p" },
	};
	struct run_place place;

	open_place(&place, state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const argv[] = { place.ktrace, cases[i].words[0],
					     cases[i].words[1],
					     cases[i].words[2], NULL };
		const struct run_spec spec = { .argv = argv };
		struct run_result result;

		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(run_exited(&result, 2));
		assert_non_null(
		    strstr(text_string(&result.err), cases[i].said));
		run_result_done(&result);
	}
	run_place_close(&place);
}

/* ---- others than one program ---- */

/* Code of others runs in a program that is known well. */
static void test_preload(void **state)
{
	static const struct wanted wanted = { "delete", "/secret", "ok" };
	char script[PATH_MAX + 64];
	struct run_result result;
	struct run_place place;
	json_t *report;

	open_place(&place, state);
	snprintf(script, sizeof(script),
		 "LD_PRELOAD=%s/libprog_preload.so /bin/true", place.programs);
	assert_int_equal(run_place_put(&place, "secret", "", 0644), 0);
	run_script(&result, &place, script);
	assert_true(run_exited(&result, VIOLATES));
	report = load_report(&place);
	assert_true(has_fact(report, &wanted));
	assert_true(is_complete(report));
	json_decref(report);
	run_result_done(&result);
	run_place_close(&place);
}

/* ---- by others ---- */

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void ask(struct run_result *ret, const struct run_place *place,
		const char *agent, const char *variable)
{
	char program[PATH_MAX + 16], own[PATH_MAX];
	const char *const words[] = { "run", "--exit-policy=audit",
				      "-p",  "p",
				      "-f",  "t",
				      "--",  program,
				      "ask", agent,
				      own,   NULL };
	const char *const env[] = { variable, NULL };

	snprintf(program, sizeof(program), "%s/hostile", place->programs);
	run_place_file(place, "own", own);
	unlink(own);
	run_kaudit(ret, place, words, env);
}

/* Where the environment leads out of the job, to ask there is no right of
 * anybody; elsewhere it is told that somebody else was asked. */
static void test_outside(void **state)
{
	static const struct {
		const char *before, *behind;
		int status;
	} cases[] = {
		{ "SSH_AUTH_SOCK=", "", VIOLATES },
		{ "DOCKER_HOST=unix://", "", VIOLATES },
		{ "DBUS_SESSION_BUS_ADDRESS=unix:abstract=x;"
		  "unix:path=",
		  ",guid=0", VIOLATES },
		{ "ELSEWHERE=", "", COMPLIES },
	};
	char variable[PATH_MAX + 64], agent[PATH_MAX];
	struct run_place place;
	int fd;

	open_place(&place, state);
	fd = listen_at(run_place_file(&place, "agent", agent));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run_result result;
		json_t *report;

		snprintf(variable, sizeof(variable), "%s%s%s", cases[i].before,
			 agent, cases[i].behind);
		ask(&result, &place, agent, variable);
		assert_true(run_exited(&result, cases[i].status));
		assert_non_null(strstr(text_string(&result.err),
				       "outside of what was recorded"));
		report = load_report(&place);
		assert_true(has_fact(
		    report, &(struct wanted){ "connect", "/agent", "ok" }));
		assert_true(has_fact(
		    report, &(struct wanted){ "connect", "/own", "ok" }));
		assert_int_equal(
		    json_integer_value(json_object_get(report, "outside")), 1);
		json_decref(report);
		run_result_done(&result);
	}
	close(fd);
	run_place_close(&place);
}

/* ---- the end of those who record ---- */

static void await_text(const struct run_place *place, const char *name,
		       struct text *ret)
{
	const struct timespec moment = { .tv_nsec = 5000000 };
	char path[PATH_MAX];

	for (int i = 0; i < 6000; i++) {
		text_clear(ret);
		if (!run_read_file(ret, run_place_file(place, name, path)) &&
		    strchr(text_string(ret), '\n'))
			return;
		nanosleep(&moment, NULL);
	}
	fail_msg("no %s", name);
}

static pid_t pid_in(struct text *text)
{
	const char *string = text_string(text);
	pid_t pid = (pid_t)strtol(string + strcspn(string, "0123456789"), NULL,
				  10);

	assert_true(pid > 1);
	return pid;
}

static bool is_there(const struct run_place *place, const char *name)
{
	char path[PATH_MAX];

	return !access(run_place_file(place, name, path), F_OK);
}

/* It says by whom it is traced, and goes on when it is let. */
#define PATIENT                                                                \
	"grep TracerPid /proc/self/status > tracer; "                          \
	"until [ -e go ]; do sleep 0.02; done; echo > ended"

static void start_script(struct run_child *ret, const struct run_place *place)
{
	static const char *argv[] = { NULL, "run", "--exit-policy=audit",
				      "-f", "t",   "--",
				      "sh", "-c",  PATIENT,
				      NULL };
	const struct run_spec spec = { .argv = argv };

	argv[0] = place->kaudit;
	assert_int_equal(run_start(ret, place, &spec), 0);
}

/* Whoever kills the recorder, from outside, leaves a trace without an end. */
static void test_recorder_killed(void **state)
{
	static const char *const check[] = { "check", "-p", "p", "t", NULL };
	struct text text = TEXT_INIT;
	struct run_result result;
	struct run_child child;
	struct run_place place;
	json_t *report;

	open_place(&place, state);
	start_script(&child, &place);
	await_text(&place, "tracer", &text);
	assert_int_equal(kill(pid_in(&text), SIGKILL), 0);
	assert_int_equal(run_place_put(&place, "go", "", 0644), 0);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, UNKNOWN));
	run_result_done(&result);
	report = load_report(&place);
	assert_false(is_complete(report));
	json_decref(report);
	run_kaudit(&result, &place, check, NULL);
	assert_true(run_exited(&result, UNKNOWN));
	run_result_done(&result);
	text_done(&text);
	run_place_close(&place);
}

/* Whoever kills kaudit-u leaves no trace: none by its name, at any rate. */
static void test_starter_killed(void **state)
{
	struct text text = TEXT_INIT;
	struct run_result result;
	struct run_child child;
	struct run_place place;

	open_place(&place, state);
	start_script(&child, &place);
	await_text(&place, "tracer", &text);
	assert_int_equal(kill(child.pid, SIGKILL), 0);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(WIFSIGNALED(result.status));
	assert_int_equal(WTERMSIG(result.status), SIGKILL);
	assert_int_equal(run_place_put(&place, "go", "", 0644), 0);
	await_text(&place, "ended", &text);
	assert_false(is_there(&place, "t"));
	run_result_done(&result);
	text_done(&text);
	run_place_close(&place);
}

/* ---- */

int main(void)
{
#define TEST(test)                                                             \
	{ #test, test, NULL, NULL, &users[0] },                                \
	{                                                                      \
#test " as anybody", test, NULL, NULL, &users[1]               \
	}
	const struct CMUnitTest tests[] = {
		TEST(test_races),          TEST(test_processes),
		TEST(test_doors),          TEST(test_refused),
		TEST(test_preload),        TEST(test_outside),
		TEST(test_strikes),        TEST(test_group),
		TEST(test_guard_wrongly),  TEST(test_recorder_killed),
		TEST(test_starter_killed),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
