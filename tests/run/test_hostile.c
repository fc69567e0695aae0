/*
 * Programs that try to hide what they do from kaudit-u: what they did is
 * reported right, or it is reported that not all is known. None passes.
 * Libraries: jansson
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/audited.h"
#include "support/run.h"

#define WORDS_MAX 24

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

struct hostile_case {
	const char *words[4];         /* of prog:hostile */
	struct audited_wanted wanted; /* what it did, if it did */
	const char *gap; /* or what of it is not known; NULL: anything */
	bool is_known;   /* nothing is left open */
	bool may_fail;   /* not every kernel, machine or user can do that */
	bool is_hidden;  /* that it was tried need not be told */
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
	audited_run(ret, place, words, NULL);
	if (ret->timed_out || !WIFEXITED(ret->status) ||
	    WEXITSTATUS(ret->status) > AUDITED_UNKNOWN)
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
		      audited_has_fact(report, &that->wanted) ? "told"
							      : "not told",
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
	bool did_not = !strcmp(text_string(&result->out), "failed\n") ||
		       !strcmp(text_string(&result->out), "refused\n");
	bool is_told = audited_has_fact(report, &that->wanted);

	if (did_not && that->may_fail)
		return;
	if (!did)
		fail_msg("%s could not: %s%s", that->words[0],
			 text_string(&result->out), text_string(&result->err));
	if (status != AUDITED_VIOLATES && status != AUDITED_UNKNOWN)
		fail_msg("%s passes: %d", that->words[0], status);
	if (!is_told && !audited_has_gap(report, that->gap))
		fail_msg("%s: what it did is not told", that->words[0]);
	if (that->is_known && (!is_told || !audited_is_complete(report)))
		fail_msg("%s: not all is known", that->words[0]);
	if (status == AUDITED_UNKNOWN && audited_is_complete(report))
		fail_msg("%s: not known, and complete", that->words[0]);
}

static void
try_case(const struct run_place *place, const struct hostile_case *that,
	 void (*judge)(const struct hostile_case *that,
		       struct run_result *result, const json_t *report))
{
	struct run_result result;
	json_t *report;

	run_hostile(&result, place, that);
	report = audited_report(place);
	print(that, &result, report);
	judge(that, &result, report);
	json_decref(report);
	run_result_done(&result);
}

static void
try_cases(void **state, const struct hostile_case *cases, size_t count,
	  void (*judge)(const struct hostile_case *that,
			struct run_result *result, const json_t *report))
{
	for (size_t i = 0; i < count; i++) {
		struct run_place place;

		audited_open(&place, state);
		try_case(&place, &cases[i], judge);
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
#define CONNECTED                                                              \
	{                                                                      \
		"connect", "/agent", "ok"                                      \
	}
#define TOLD                                                                   \
	{                                                                      \
		"send", "/log", "ok"                                           \
	}
/* That it was not told of otherwise. */
#define NOTHING                                                                \
	{                                                                      \
		"none", NULL, NULL                                             \
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
		{ { "mapped" }, .wanted = DELETED, .may_fail = true },
		{ { "mapped-cut" }, .wanted = DELETED, .may_fail = true },
		{ { "submitted" }, .wanted = DELETED, .may_fail = true },
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

static void test_memory(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "unread" },
		  .wanted = DELETED,
		  .is_known = true,
		  .may_fail = true },
		{ { "unread-write" },
		  .wanted = DELETED,
		  .is_known = true,
		  .may_fail = true },
		{ { "unread-how" },
		  .wanted = READ,
		  .is_known = true,
		  .may_fail = true },
		{ { "unread-clone3" },
		  .wanted = NOTHING,
		  .gap = "a child has its own: mnt, user",
		  .may_fail = true },
		{ { "unread-secret" },
		  .wanted = NOTHING,
		  .gap = "a child has its own: perhaps",
		  .may_fail = true },
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

static void test_names(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "tree" },
		  .wanted = READ,
		  .gap = "names below a mount may be others': open_tree",
		  .may_fail = true },
		{ { "handle" },
		  .wanted = READ,
		  .gap = "a file was opened without a name: open_by_handle_at",
		  .may_fail = true },
		{ { "many" },
		  .wanted = { "send", ":10", "ok" },
		  .gap = "more parts of a call than can be kept" },
	};

	try_cases(state, cases, ARRAY_LEN(cases), must_not_pass);
}

/* What a program does to itself is told as that, and allowed. */
static void must_comply(const struct hostile_case *that,
			struct run_result *result, const json_t *report)
{
	if (strcmp(text_string(&result->out), "did\n") != 0)
		fail_msg("%s could not: %s%s", that->words[0],
			 text_string(&result->out), text_string(&result->err));
	assert_true(run_exited(result, AUDITED_COMPLIES));
	assert_true(audited_is_complete(report));
	assert_true(audited_has_fact(report, &that->wanted));
}

static void test_own(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "own" }, .wanted = { "signal", "self", "ok" } },
		{ { "own" }, .wanted = { "signal", "/hostile", "ok" } },
	};

	try_cases(state, cases, ARRAY_LEN(cases), must_comply);
}

/* What was not done, but tried, is told as well. */
static void must_tell(const struct hostile_case *that,
		      struct run_result *result, const json_t *report)
{
	if (strcmp(text_string(&result->out), "refused\n") != 0)
		fail_msg("%s was not refused: %s%s", that->words[0],
			 text_string(&result->out), text_string(&result->err));
	/* What its own filter denies may not stop for ours. */
	if (!that->is_hidden && !audited_has_fact(report, &that->wanted))
		fail_msg("%s is not told", that->words[0]);
	if (that->gap && !audited_has_gap(report, that->gap))
		fail_msg("%s: no \"%s\"", that->words[0], that->gap);
}

static void test_refused(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "rings" },
		  .wanted = { "kernel", "io_uring_setup", "ENOSYS" } },
		{ { "error" }, .is_hidden = true },
		{ { "kill" }, .is_hidden = true },
		{ { "debugger" },
		  .wanted = { "trace", "/hostile", "EPERM" },
		  .gap = "the thread has a tracer already" },
	};

	try_cases(state, cases, ARRAY_LEN(cases), must_tell);
}
/* Whatever became of it. */
static void must_name(const struct hostile_case *that,
		      struct run_result *result, const json_t *report)
{
	bool is_told = audited_has_fact(report, &that->wanted);

	if (strcmp(text_string(&result->out), "did\n") != 0)
		fail_msg("%s %s: %s%s", that->words[0], that->words[1],
			 text_string(&result->out), text_string(&result->err));
	if (is_told == that->is_hidden)
		fail_msg("%s is%s told", that->words[1], is_told ? "" : " not");
	assert_true(audited_is_complete(report));
}

static void test_commands(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "command", "type" },
		  .wanted = { "kernel", "TIOCSTI", NULL } },
		{ { "command", "type-wide" },
		  .wanted = { "kernel", "TIOCSTI", NULL } },
		{ { "command", "linux" },
		  .wanted = { "kernel", "TIOCLINUX", NULL } },
		{ { "command", "flags" },
		  .wanted = { "change", "/secret", NULL } },
		{ { "command", "interface" },
		  .wanted = { "kernel", "SIOCSIFFLAGS", NULL } },
		{ { "command", "owner" },
		  .wanted = { "trace", "outside", NULL } },
		{ { "command", "owner-ex" },
		  .wanted = { "trace", "outside", NULL } },
		{ { "command", "clock" },
		  .wanted = { "kernel", "clock_adjtime", NULL } },
		{ { "command", "queue" },
		  .wanted = { "kernel", "mq_unlink", NULL } },
		{ { "command", "memory" },
		  .wanted = { "kernel", "shmget", NULL } },
		{ { "command", "semaphore" },
		  .wanted = { "kernel", "semget", NULL } },
		{ { "command", "message" },
		  .wanted = { "kernel", "msgget", NULL } },
		{ { "command", "asking" },
		  .wanted = { "kernel", NULL, NULL },
		  .is_hidden = true },
	};

	try_cases(state, cases, ARRAY_LEN(cases), must_name);
}

/* ---- others than one program ---- */

/* Code of others runs in a program that is known well. */
static void test_preload(void **state)
{
	static const struct audited_wanted wanted = { "delete", "/secret",
						      "ok" };
	char script[2 * PATH_MAX + 64];
	struct run_result result;
	struct run_place place;
	json_t *report;

	audited_open(&place, state);
	snprintf(script, sizeof(script),
		 "LD_PRELOAD=%s/libprog_preload.so %s/getppid 1",
		 place.programs, place.programs);
	assert_int_equal(run_place_put(&place, "secret", "", 0644), 0);
	audited_script(&result, &place, script);
	assert_true(run_exited(&result, AUDITED_VIOLATES));
	report = audited_report(&place);
	assert_true(audited_has_fact(report, &wanted));
	assert_true(audited_is_complete(report));
	json_decref(report);
	run_result_done(&result);
	run_place_close(&place);
}

/* ---- by others ---- */

static int bind_at(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	assert_int_equal(chmod(path, 0666), 0);
	return fd;
}

static int listen_at(const char *path)
{
	int fd = bind_at(path, SOCK_STREAM);

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
	audited_run(ret, place, words, env);
}

/* Where the environment leads out of the job, to ask there is no right of
 * anybody; elsewhere it is told that somebody else was asked. */
static void test_outside(void **state)
{
	static const struct {
		const char *before, *behind;
		int status;
	} cases[] = {
		{ "SSH_AUTH_SOCK=", "", AUDITED_VIOLATES },
		{ "DOCKER_HOST=unix://", "", AUDITED_VIOLATES },
		{ "DBUS_SESSION_BUS_ADDRESS=unix:abstract=x;"
		  "unix:path=",
		  ",guid=0", AUDITED_VIOLATES },
		{ "ELSEWHERE=", "", AUDITED_COMPLIES },
	};
	char variable[PATH_MAX + 64], agent[PATH_MAX];
	struct run_place place;
	int fd;

	audited_open(&place, state);
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
		report = audited_report(&place);
		assert_true(audited_has_fact(
		    report,
		    &(struct audited_wanted){ "connect", "/agent", "ok" }));
		assert_true(audited_has_fact(
		    report,
		    &(struct audited_wanted){ "connect", "/own", "ok" }));
		assert_int_equal(
		    json_integer_value(json_object_get(report, "outside")), 1);
		json_decref(report);
		run_result_done(&result);
	}
	close(fd);
	run_place_close(&place);
}

/* ---- sockets by other names ---- */

static void link_to(const struct run_place *place, const char *name,
		    const char *target)
{
	char path[PATH_MAX];

	assert_int_equal(symlink(target, run_place_file(place, name, path)), 0);
}

/* Two of a kind, with links to them, and a policy that protects both. */
static void bind_both(const struct run_place *place, int fds[2])
{
	char path[PATH_MAX], policy[2 * PATH_MAX + 64];

	fds[0] = listen_at(run_place_file(place, "agent", path));
	fds[1] = bind_at(run_place_file(place, "log", path), SOCK_DGRAM);
	link_to(place, "link", "agent");
	link_to(place, "loglink", "log");
	link_to(place, "here", ".");
	run_place_file(place, "", path);
	snprintf(policy, sizeof(policy),
		 "allow * /**\ndeny connect unix:%sagent\n"
		 "deny send unix:%slog\n",
		 path, path);
	assert_int_equal(run_place_put(place, "p", policy, 0644), 0);
}

static void test_sockets(void **state)
{
	static const struct hostile_case cases[] = {
		{ { "ask", "link" }, .wanted = CONNECTED, .is_known = true },
		{ { "ask", "here/agent" },
		  .wanted = CONNECTED,
		  .is_known = true },
		{ { "ask", "here/here/link" },
		  .wanted = CONNECTED,
		  .is_known = true },
		{ { "ask", "/proc/self/cwd/agent" },
		  .wanted = NOTHING,
		  .gap = "unproven: " },
		{ { "ask-rooted", "/link" },
		  .wanted = CONNECTED,
		  .may_fail = true },
		{ { "ask-rooted", "here/link" },
		  .wanted = CONNECTED,
		  .may_fail = true },
		{ { "tell", "loglink" }, .wanted = TOLD, .is_known = true },
		{ { "tell", "here/log", "message" },
		  .wanted = TOLD,
		  .is_known = true },
	};
	struct run_place place;
	int fds[2];

	audited_open(&place, state);
	bind_both(&place, fds);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		try_case(&place, &cases[i], must_not_pass);
	close(fds[0]);
	close(fds[1]);
	run_place_close(&place);
}

/* ---- what reads what is said of them ---- */

/* Orders to CI systems, as names. */
static const char orders[] = "printf x > '::error::a'; "
			     "printf x > '##[error]b'; "
			     "printf x > '##vso[task.setvariable]c'; "
			     "printf x > \"$(printf 'd\\n::warning::d')\"";

/* No line is one: none begins with "::", blanks aside, and nowhere is "##". */
static void must_give_no_order(const struct run_place *place, const char *form)
{
	const char *const words[] = { "report", form, "t", NULL };
	struct run_result result;
	const char *line;

	audited_run(&result, place, words, NULL);
	line = text_string(&result.out);
	assert_true(run_exited(&result, 0));
	assert_non_null(strstr(line, "error"));
	assert_null(strstr(line, "##["));
	assert_null(strstr(line, "##vso["));
	for (; line; line = strchr(line, '\n')) {
		line += strspn(line, " \t\r\n");
		assert_int_not_equal(strncmp(line, "::", 2), 0);
	}
	run_result_done(&result);
}

static void test_orders(void **state)
{
	static const char *const forms[] = { "-o/dev/stdout", "--json",
					     "--markdown" };
	struct run_result result;
	struct run_place place;
	json_t *report;

	audited_open(&place, state);
	audited_script(&result, &place, orders);
	assert_true(run_exited(&result, AUDITED_COMPLIES));
	run_result_done(&result);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		must_give_no_order(&place, forms[i]);
	report = audited_report(&place);
	assert_true(audited_has_fact(
	    report, &(struct audited_wanted){ "write", "/##[error]b", "ok" }));
	json_decref(report);
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
		TEST(test_races),   TEST(test_processes), TEST(test_memory),
		TEST(test_doors),   TEST(test_refused),   TEST(test_preload),
		TEST(test_outside), TEST(test_orders),    TEST(test_sockets),
		TEST(test_names),   TEST(test_own),       TEST(test_commands),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
