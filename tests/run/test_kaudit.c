/*
 * kaudit-u on real jobs: how it ends, what it says of them, what its policies
 * let pass, what it learns. Names that jobs make up do no harm to who reads.
 * Libraries: jansson
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/kaudit.h"
#include "support/run.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static void open_place(struct run_place *place, void **state)
{
	assert_int_equal(run_place_open(place, *(enum run_user *)*state), 0);
}

/* ---- how it ends ---- */

static void test_status(void **state)
{
	static const struct {
		const char *script, *option;
		int status;
	} cases[] = {
		{ "true", "--exit-policy=audit", 0 },
		{ "exit 3", "--setuid=deny", 3 },
		{ "exit 3", "--exit-policy=command", 3 },
		{ "exit 3", "--exit-policy=audit", 0 },
		{ "kill -TERM $$", "--setuid=deny", 128 + SIGTERM },
		{ "cat /etc/shadow; true", "--setuid=deny", 1 },
		{ "cat /etc/shadow; exit 4", "--setuid=deny", 4 },
		{ "cat /etc/shadow; true", "--exit-policy=command", 0 },
	};
	struct run_place place;

	open_place(&place, state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const words[] = { "run", cases[i].option,
					      "--",  "sh",
					      "-c",  cases[i].script,
					      NULL };
		struct run_result result;

		kaudit_run(&result, &place, words);
		if (!run_exited(&result, cases[i].status))
			fail_msg("%s", cases[i].script);
		/* Whatever became of it, there is a report. */
		assert_non_null(strstr(text_string(&result.err), "verdict  "));
		run_result_done(&result);
	}
	run_place_close(&place);
}

static void test_usage(void **state)
{
	struct run_place place;

	open_place(&place, state);
	kaudit_put(&place, "bad", "allow\n");
	SAY(&place, 2, "what to do is missing", "--json");
	SAY(&place, 2, "\"judge\" is nothing to do", "judge");
	SAY(&place, 2, "run wants a command", "run");
	SAY(&place, 2, "check wants a policy", "check", "x");
	SAY(&place, 2, "--collapse does not go with run", "run", "--collapse",
	    "3", "true");
	SAY(&place, 2, "exclude each other", "report", "--json", "--markdown",
	    "x");
	SAY(&place, 2, "--format: there is no format \"pdf\"", "report",
	    "--format", "pdf", "x");
	SAY(&place, 2, "--report: \"sarif\" is not FORMAT=FILE", "run",
	    "--report", "sarif", "true");
	SAY(&place, 2, "--report: there is no format \"\"", "run", "--report",
	    "=x", "true");
	SAY(&place, 2, "none/x: No such file", "run", "--report", "json=none/x",
	    "true");
	SAY(&place, 2, "--format does not go with learn", "learn", "--format",
	    "json", "x");
	SAY(&place, 2, "--redact: \"(\"", "run", "--redact", "(", "true");
	SAY(&place, 2, "--env does not go with report", "report", "--env", "x");
	SAY(&place, 2, "--hash does not go with check", "check", "--hash", "x");
	SAY(&place, 2, "--root x: is not NAME=DIR", "run", "--root", "x", "sh");
	SAY(&place, 2, "none: No such file", "report", "none");
	SAY(&place, 2, "none: No such file", "run", "-p", "none", "true");
	SAY(&place, 4, "bad:1:6: a verb is missing", "run", "-p", "bad",
	    "true");
	SAY(&place, 127, "nonexistent", "run", "/nonexistent");
	SAY(&place, 0, "usage: kaudit-u run", "--help");
	SAY(&place, 0, "kaudit-u 0.", "run", "--version");
	run_place_close(&place);
}

/* What a job leaves behind is recorded to its end. */
static void test_left_behind(void **state)
{
	struct run_place place;

	open_place(&place, state);
	SAY(&place, 0, "complete    yes", "run", "sh", "-c",
	    "(setsid sh -c 'sleep 0.3; echo late > late' &) ; true");
	SAY(&place, 0, "/late  /", "report", "kaudit.ktr");
	run_place_close(&place);
}

/* Who takes too long is ended, whoever it is and whatever he wants to hear, and
 * the report says so; what lies in the trace is judged. */
static void test_timeout(void **state)
{
	struct run_result result;
	struct run_place place;

	open_place(&place, state);
	SAY(&place, 124,
	    "the job was ended by --timeout 1s; there still ran: ", "run",
	    "--timeout", "1s", "sh", "-c",
	    "trap '' TERM; cat /etc/shadow; sleep 100 & sleep 101; sleep 102");
	SAY(&place, 0, "/etc/shadow", "report", "kaudit.ktr");
	SAY(&place, 3, "cannot be judged", "run", "--exit-policy=audit",
	    "--timeout", "1", "sleep", "103");
	kaudit_run(&result, &place,
		   (const char *const[]){ "run", "--timeout=3s", "sh", "-c",
					  "sleep 104 & true", NULL });
	kaudit_must_exit(&result, 124);
	assert_non_null(strstr(text_string(&result.err),
			       "still runs, though the command has ended: "));
	assert_non_null(strstr(text_string(&result.err), "\"sleep\", \"104\""));
	run_result_done(&result);
	SAY(&place, 5, "complete    yes", "run", "--timeout=1h", "sh", "-c",
	    "exit 5");
	SAY(&place, 2, "is not a duration", "run", "--timeout=1x", "true");
	SAY(&place, 2, "is not a duration", "run", "--timeout=0", "true");
	run_place_close(&place);
}

/* A job that begins, and does not care about what it is sent. */
static void start_endless(struct run_child *ret, const struct run_place *place)
{
	static const char *argv[] = { NULL,
				      "run",
				      "--",
				      "sh",
				      "-c",
				      "trap '' TERM; echo begun > begun; "
				      "sleep 105 & sleep 106; sleep 107",
				      NULL };
	const struct run_spec spec = { .argv = argv };
	struct text text = TEXT_INIT;

	argv[0] = place->kaudit;
	assert_int_equal(run_start(ret, place, &spec), 0);
	kaudit_await(place, "begun", &text);
	text_done(&text);
}

/* Who is told to end ends the job, and says what it had done. */
static void test_told_to_end(void **state)
{
	static const struct {
		int signal;
		const char *said;
	} cases[] = {
		{ SIGTERM, "the job was ended by a SIGTERM to kaudit-u; " },
		{ SIGHUP, "the job was ended by a SIGHUP to kaudit-u; " },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run_result result;
		struct run_place place;
		struct run_child child;

		open_place(&place, state);
		start_endless(&child, &place);
		assert_int_equal(kill(child.pid, cases[i].signal), 0);
		assert_int_equal(run_finish(&child, &result), 0);
		kaudit_must_exit(&result, 128 + cases[i].signal);
		assert_non_null(
		    strstr(text_string(&result.err), cases[i].said));
		run_result_done(&result);
		SAY(&place, 0, "/begun", "report", "kaudit.ktr");
		run_place_close(&place);
	}
}

/* A recorder that does nothing any more is killed in the end; what it has
 * written is all that there is. */
static void test_hanging(void **state)
{
	static const char *argv[] = {
		NULL,
		"run",
		"--timeout=8s",
		"sh",
		"-c",
		"sed -n 's/^TracerPid:\t//p' /proc/$$/status > new; "
		"mv new begun; sleep 108",
		NULL
	};
	const struct run_spec spec = { .argv = argv };
	struct text text = TEXT_INIT;
	struct run_result result;
	struct run_place place;
	struct run_child child;
	long recorder;

	open_place(&place, state);
	argv[0] = place.kaudit;
	assert_int_equal(run_start(&child, &place, &spec), 0);
	kaudit_await(&place, "begun", &text);
	recorder = strtol(text_string(&text), NULL, 10);
	assert_true(recorder > 1);
	assert_int_equal(kill((pid_t)recorder, SIGSTOP), 0);
	assert_int_equal(run_finish(&child, &result), 0);
	kaudit_must_exit(&result, 124);
	assert_non_null(strstr(text_string(&result.err),
			       "the recorder hangs, and is killed"));
	SAY(&place, 0, "cannot be judged", "report", "kaudit.ktr");
	run_result_done(&result);
	text_done(&text);
	run_place_close(&place);
}

/* A job that waits for a page which nobody fills keeps the recorder from
 * nothing. */
static void test_unserved(void **state)
{
	struct run_result result;
	struct run_place place;
	bool is_refused;

	open_place(&place, state);
	kaudit_run(&result, &place,
		   (const char *const[]){ "run", "--timeout=1s",
					  PROG_DIR "/unserved", NULL });
	is_refused = run_exited(&result, 77);
	if (!is_refused) {
		kaudit_must_exit(&result, 124);
		assert_null(strstr(text_string(&result.err), "hangs"));
		assert_null(strstr(text_string(&result.err), "end is missing"));
	}
	run_result_done(&result);
	run_place_close(&place);
	if (is_refused) {
		print_message("userfaultfd(2) is refused here\n");
		skip();
	}
}

/* What a line is about comes first, and what one process did together. */
static void test_order(void **state)
{
	static const char *const wanted[] = {
		"/cat ",  "/.ssh/id (", ")  # built-in:",
		"\"-c\"", "write ",     ")  # no line: the default",
		"look "
	};
	static const char *const words[] = {
		"run",
		"-p",
		"p",
		"--",
		"/bin/sh",
		"-c",
		"test -e absent; : > made; cat \"$HOME/.ssh/id\"; true",
		NULL
	};
	struct run_result result;
	struct run_place place;
	const char *at;

	open_place(&place, state);
	kaudit_put(&place, "p",
		   "default deny\nallow look,read,list,exec,map @sys/**\n");
	kaudit_run(&result, &place, words);
	kaudit_must_exit(&result, 1);
	at = strstr(text_string(&result.err), "\nviolations\n");
	for (size_t i = 0; at && i < ARRAY_LEN(wanted); i++) {
		at = strstr(at, wanted[i]);
		if (!at)
			fail_msg("no %s there: %s", wanted[i],
				 text_string(&result.err));
	}
	assert_non_null(at);
	run_result_done(&result);
	run_place_close(&place);
}

/* ---- what holds all, and what does not ---- */

static void test_incomplete(void **state)
{
	struct run_place place;

	open_place(&place, state);
	kaudit_put(&place, "all", "allow * **\n");
	kaudit_put(&place, "none", "default deny\n");
	SAY(&place, 0, "", "run", "-f", "t", "true");
	SAY(&place, 0, "complies", "check", "-p", "all", "t");
	SAY(&place, 1, "violates", "check", "-p", "none", "t");
	/* Its end record is missing: the recorder was killed. */
	kaudit_cut(&place, "t", 1);
	SAY(&place, 3, "its end is missing", "check", "-p", "all", "t");
	SAY(&place, 0, "cannot be judged", "check", "-p", "all",
	    "--allow-incomplete", "t");
	SAY(&place, 1, "violates", "check", "-p", "none", "t");
	SAY(&place, 0, "t: not all is known", "learn", "t");
	kaudit_put(&place, "t", "");
	SAY(&place, 2, "t: no job is in it", "learn", "t");
	SAY(&place, 3, "does not say how it was recorded", "check", "-p", "all",
	    "t");
	kaudit_put(&place, "t",
		   "This is no trace, whatever its name may say of it; "
		   "and it is longer than a header.");
	SAY(&place, 3, "damaged at offset 0", "check", "-p", "all", "t");
	SAY(&place, 4, "none:1:1: x begins no line", "check", "-p",
	    (kaudit_put(&place, "none", "x"), "none"), "t");
	run_place_close(&place);
}

/* Who only looks is recorded where somebody asks, or a policy may forbid it; a
 * trace without that cannot be judged by such a policy. */
static void test_looks(void **state)
{
	static const char script[] = "test -e /etc/hostname; true";
	struct run_place place;

	open_place(&place, state);
	kaudit_put(&place, "curious", "deny look /etc/hostname\n");
	kaudit_put(&place, "wide", "default deny\nallow * **\n");
	SAY(&place, 0, "complete    yes", "run", "-p", "wide", "-f", "t", "sh",
	    "-c", script);
	SAY(&place, 0, "\"looks\":false", "report", "--json", "t");
	SAY(&place, 3, "run --looks", "check", "-p", "curious", "t");
	kaudit_put(&place, "base", "allow read,list,exec,map **\n");
	SAY(&place, 3, "run --looks", "check", "--baseline", "base", "t");
	SAY(&place, 0, "cannot be judged", "check", "-p", "curious",
	    "--allow-incomplete", "t");
	SAY(&place, 0, "complies", "check", "-p", "wide", "t");
	SAY(&place, 0, "\nallow look **\n", "learn", "t");
	SAY(&place, 1, "look /etc/hostname", "run", "-p", "curious", "sh", "-c",
	    script);
	SAY(&place, 0, "complies", "run", "--looks", "-f", "t", "sh", "-c",
	    script);
	SAY(&place, 0, "\"looks\":true", "report", "--json", "t");
	SAY(&place, 1, "look /etc/hostname", "check", "-p", "curious", "t");
	SAY(&place, 2, "--looks does not go with check", "check", "--looks",
	    "t");
	run_place_close(&place);
}

/* What a filter of the job's own denies was not done; what it has others decide
 * about may have been, unseen. */
static void test_complete(void **state)
{
	static const struct {
		const char *argument;
		int status;
		const char *said;
	} cases[] = {
		{ PROG_DIR "/own_filter", 0, "complete    yes" },
		/* Threads that change what others give to calls. */
		{ PROG_DIR "/standing names . 100", 0, "complete    yes" },
		{ PROG_DIR "/standing spawn", 0, "complete    yes" },
		{ PROG_DIR "/racing /etc/passwd /dev/null 500", 0,
		  "complete    yes" },
		{ PROG_DIR "/fault_memory late", 3, "not seen: listener" },
	};
	struct run_place place;

	open_place(&place, state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		SAY(&place, cases[i].status, cases[i].said, "run",
		    "--exit-policy=audit", "sh", "-c", cases[i].argument);
	run_place_close(&place);
}

/* ---- policies ---- */

static void test_policies(void **state)
{
	static const struct {
		const char *policy, *script;
		int status;
		const char *said;
	} cases[] = {
		{ "deny write @src/made", ": > made", 1, "write " },
		{ "warn write @src/made", ": > made", 0, "with warnings" },
		{ "deny write @src/**\nallow write @src/made", ": > made", 0,
		  "complies" },
		{ "deny rename @src/b", "echo > a; mv a b", 1, "/a -> /" },
		{ "deny exec **/rm by **/nobody", "echo > a; rm a", 0,
		  "complies" },
		{ "deny exec **/rm by **/*sh", "echo > a; rm a", 1, "exec" },
		{ "deny delete @src/**", "echo > a; rm a", 1, "# p:1" },
		{ "deny signal self", "kill -0 $$", 0, "complies" },
		{ "deny signal self", "kill -CONT $$", 1, "self SIGCONT" },
		{ "deny create @src/dir", "mkdir dir", 1, "/dir (ok" },
		{ "deny link @src/**", "echo > a; ln a b", 1, "/a -> /" },
		{ "deny change @src/a", "echo > a; chmod 600 a", 1, "change" },
		{ "deny list @src", "ls > /dev/null", 1, "list" },
		{ "default deny\nallow * **", ": > made", 0, "complies" },
		/* Links lead around no policy for what is read or run. */
		{ "deny read @src/secret",
		  "echo > secret; ln -s secret l; cat l", 1, "/secret (ok)" },
		{ "deny write @src/d/**", "mkdir d; ln -s d e; cd e; : > made",
		  1, "/d/made (ok" },
		{ "deny delete @src/d/**",
		  "mkdir d; ln -s d e; : > e/a; rm e/a", 1, "/d/a (ok" },
		{ "deny change @src/secret",
		  "echo > secret; ln -s secret l; chmod 644 l", 1,
		  "/secret (ok)" },
		{ "deny exec @src/t", "cp /bin/true t; ln -s t u; ./u", 1,
		  "/t (ok" },
	};
	struct run_place place;

	open_place(&place, state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		kaudit_put(&place, "p", cases[i].policy);
		SAY(&place, cases[i].status, cases[i].said, "run", "-p", "p",
		    "sh", "-c", cases[i].script);
	}
	run_place_close(&place);
}

/* What is learnt of a job is enough for it, and for nothing else. */
static void test_learns(void **state)
{
	static const char job[] = "echo 'int a;' > a.c; mkdir -p d; "
				  "cat a.c > d/b.c; mv d/b.c d/c.c; "
				  "for i in 1 2 3 4 5 6 7 8 9 10; do "
				  "cat a.c > d/$i; done; rm -r d; true";
	static const char *const more[] = {
		"; cat /etc/hostname",
		"; echo x > other",
		"; rm -f a.c",
		"; chmod 600 a.c",
		"; kill -CONT 1",
		"; cat ~/.ssh/id_rsa",
		"; cp /bin/true t && ./t",
	};
	struct run_place place;

	open_place(&place, state);
	SAY(&place, 0, "", "run", "-f", "one", "sh", "-c", job);
	SAY(&place, 0, "", "run", "-f", "two", "sh", "-c", job);
	SAY(&place, 0, "", "learn", "-o", "learnt", "one", "two");
	SAY(&place, 0, "complies", "check", "-p", "learnt", "one");
	SAY(&place, 0, "complies", "run", "-p", "learnt", "sh", "-c", job);
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		char script[512];

		snprintf(script, sizeof(script), "%s%s", job, more[i]);
		SAY(&place, 1, "violates", "run", "--exit-policy=audit", "-p",
		    "learnt", "sh", "-c", script);
	}
	run_place_close(&place);
}

/* ---- names that mean harm ---- */

static const char hostile[] =
    "printf x > \"$(printf 'new\\nline | </code><script>alert(1)</script>"
    "`a` [x](http://e.org) @me ')\"; "
    "printf x > \"$(printf '\\377\\376 \\033[31m\\033]0;t\\007')\"; "
    "printf x > \"$(printf '\\342\\200\\256gpj')\"";

/* No byte that a terminal obeys, and no name beyond its line. */
static void must_be_plain(struct text *text)
{
	for (size_t i = 0; i < text->length; i++) {
		unsigned char c = (unsigned char)text->data[i];

		if ((c < ' ' && c != '\n') || c > '~')
			fail_msg("byte %#x in: %s", c, text_string(text));
	}
}

static void test_hostile_text(void **state)
{
	struct run_result result;
	struct run_place place;

	open_place(&place, state);
	SAY(&place, 0, "", "run", "-f", "t", "sh", "-c", hostile);
	kaudit_run(&result, &place,
		   (const char *const[]){ "report", "t", NULL });
	kaudit_must_exit(&result, 0);
	must_be_plain(&result.out);
	assert_non_null(
	    strstr(text_string(&result.out), "/new\\nline | </code><script>"));
	assert_non_null(
	    strstr(text_string(&result.out), "/\\377\\376 \\033[31m"));
	run_result_done(&result);
	run_place_close(&place);
}

static void test_hostile_markdown(void **state)
{
	struct run_result result;
	struct run_place place;
	const char *text;

	open_place(&place, state);
	SAY(&place, 0, "", "run", "-f", "t", "sh", "-c", hostile);
	kaudit_run(&result, &place,
		   (const char *const[]){ "report", "--markdown", "t", NULL });
	kaudit_must_exit(&result, 0);
	text = text_string(&result.out);
	assert_non_null(strstr(text, "### kaudit-u: complies\n"));
	assert_non_null(strstr(text, "<code>"));
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "`a`"));
	assert_null(strstr(text, "](http"));
	assert_null(strstr(text, "@me"));
	assert_null(strstr(text, "\342\200\256"));
	assert_null(strchr(text, '\033'));
	run_result_done(&result);
	run_place_close(&place);
}

/* Nothing of a name is lost to programs, whatever bytes it has. */
static void test_hostile_json(void **state)
{
	struct run_result result;
	struct run_place place;
	const json_t *facts;
	json_error_t error;
	bool has_line = false, has_bytes = false;
	json_t *root;

	open_place(&place, state);
	SAY(&place, 0, "", "run", "-f", "t", "sh", "-c", hostile);
	kaudit_run(&result, &place,
		   (const char *const[]){ "report", "--json", "t", NULL });
	kaudit_must_exit(&result, 0);
	root = json_loads(text_string(&result.out), 0, &error);
	if (!root)
		fail_msg("line %d: %s", error.line, error.text);
	facts = json_object_get(root, "facts");
	for (size_t i = 0; i < json_array_size(facts); i++) {
		const json_t *object = json_object_get(json_array_get(facts, i),
						       "object");
		const char *string = json_string_value(object);

		has_line |= string && strstr(string, "/new\nline | </code>");
		has_bytes |= json_is_object(object) &&
			     json_object_get(object, "b64");
	}
	assert_true(has_line && has_bytes);
	json_decref(root);
	run_result_done(&result);
	run_place_close(&place);
}

/* A policy is no place for them either. */
static void test_hostile_policy(void **state)
{
	struct run_place place;

	open_place(&place, state);
	SAY(&place, 0, "", "run", "-f", "t", "sh", "-c", hostile);
	SAY(&place, 0, "", "learn", "-o", "p", "t");
	SAY(&place, 0, "complies", "check", "-p", "p", "t");
	SAY(&place, 0, "complies", "run", "-p", "p", "sh", "-c", hostile);
	run_place_close(&place);
}

int main(void)
{
#define TEST(test)                                                             \
	{ #test, test, NULL, NULL, &users[0] },                                \
	{                                                                      \
#test " as anybody", test, NULL, NULL, &users[1]               \
	}
	const struct CMUnitTest tests[] = {
		TEST(test_status),           TEST(test_usage),
		TEST(test_left_behind),      TEST(test_timeout),
		TEST(test_told_to_end),      TEST(test_hanging),
		TEST(test_unserved),         TEST(test_order),
		TEST(test_incomplete),       TEST(test_looks),
		TEST(test_complete),         TEST(test_policies),
		TEST(test_learns),           TEST(test_hostile_text),
		TEST(test_hostile_markdown), TEST(test_hostile_json),
		TEST(test_hostile_policy),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("kaudit", tests, NULL, NULL);
}
