/* Facts made by hand -> the lines that allow them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "audit/audit.h"
#include "audit/learn.h"
#include "audit/policy.h"
#include "base/array.h"
#include "base/text.h"

#define COLLAPSE 3

struct learning {
	struct policy policy;
	struct audit audit;
	struct learn learn;
};

static int setup(void **state)
{
	static struct learning learning;
	struct text error = TEXT_INIT;

	policy_open(&learning.policy);
	audit_open(&learning.audit);
	if (roots_default(&learning.policy.roots, "/home/me", "/home/me/src") ||
	    policy_add_sensitive(&learning.policy, &error))
		return -1;
	learn_open(&learning.learn, &learning.policy, COLLAPSE);
	*state = &learning;
	return 0;
}

static int teardown(void **state)
{
	struct learning *learning = *state;

	learn_done(&learning->learn);
	audit_done(&learning->audit);
	policy_done(&learning->policy);
	return 0;
}

static void add(struct learning *learning, enum audit_verb verb,
		const char *object, int32_t error)
{
	struct names *names = &learning->audit.names;
	struct fact fact = { 0 };

	fact.key.verb = (uint16_t)verb;
	fact.key.error = error;
	fact.key.object = names_add(names, object, strlen(object));
	fact.key.exe = names_add(names, "/bin/sh", strlen("/bin/sh"));
	assert_int_equal(facts_add(&learning->audit.facts, &fact), 0);
}

static void learn_all(struct learning *learning, struct text *text)
{
	assert_int_equal(learn_add(&learning->learn, &learning->audit), 0);
	assert_int_equal(learn_put(&learning->learn, text), 0);
}

/* The lines that are no comments, and what was learnt must be allowed by them
 * again. */
static void must_learn(struct learning *learning, const char *wanted)
{
	struct text text = TEXT_INIT, lines = TEXT_INIT, error = TEXT_INIT;
	const struct fact *fact = learning->audit.facts.first;
	char *line;

	learn_all(learning, &text);
	if (policy_parse(&learning->policy, "learnt", text.data, text.length,
			 NULL, NULL, &error))
		fail_msg("%s", text_string(&error));
	for (; fact; fact = fact->hh.next)
		if (policy_judge(&learning->policy, fact).decision !=
		    POLICY_ALLOW)
			fail_msg("%s: %s", fact->key.object->text,
				 text_string(&text));
	for (line = strtok((char *)text_string(&text), "\n"); line;
	     line = strtok(NULL, "\n"))
		if (line[0] != '#')
			text_format(&lines, "%s\n", line);
	assert_string_equal(text_string(&lines), wanted);
	text_done(&text);
	text_done(&lines);
}

static void test_one(void **state)
{
	struct learning *learning = *state;

	add(learning, VERB_READ, "/home/me/src/a.c", 0);
	add(learning, VERB_LIST, "/home/me/src", 0);
	add(learning, VERB_WRITE, "/home/me/src/a.o", 0);
	add(learning, VERB_DELETE, "/home/me/src/a.o", ENOENT);
	add(learning, VERB_EXEC, "/usr/bin/cc", 0);
	add(learning, VERB_LOOK, "/x", ENOENT);
	add(learning, VERB_CONNECT, "inet:10.0.0.1:443", ECONNREFUSED);
	add(learning, VERB_ACCEPT, "inet:[::1]:40000", 0);
	add(learning, VERB_SIGNAL, "self", 0);
	must_learn(learning, "default deny\n"
			     "allow look **\n"
			     "allow list @src\n"
			     "allow read @src/a.c\n"
			     "allow exec /usr/bin/cc\n"
			     "allow write,create @src/a.o\n"
			     "allow connect inet:10.0.0.1:443\n"
			     "allow accept inet:\\[::1]\n"
			     "allow signal self\n");
}

/* Nor does it say that nobody looked where that was not recorded. */
static void test_unlooked(void **state)
{
	struct learning *learning = *state;

	add(learning, VERB_READ, "/home/me/src/a.c", 0);
	learning->audit.lacks_looks = true;
	must_learn(learning, "default deny\n"
			     "allow look **\n"
			     "allow read @src/a.c\n");
}

/* More names than so many become one, with all that was done to them; verbs of
 * another group do not. */
static void test_collapse(void **state)
{
	static const char *const names[] = { "/opt/inc/a",   "/opt/inc/b",
					     "/opt/inc/c/d", "/opt/inc/e",
					     "/opt/x/a",     "/opt/x/b",
					     "/opt/x/c" };
	struct learning *learning = *state;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add(learning, VERB_READ, names[i], 0);
	add(learning, VERB_LIST, "/opt/inc", 0);
	add(learning, VERB_EXEC, "/opt/inc/a", 0);
	must_learn(learning, "default deny\n"
			     "allow read,list /opt/inc/**\n"
			     "allow read /opt/x/a\n"
			     "allow read /opt/x/b\n"
			     "allow read /opt/x/c\n"
			     "allow exec /opt/inc/a\n");
}

/* Where many names are made they may be others in the next run: what is read or
 * listed there goes with them, what is run does not, nor does what stands in a
 * directory of which a few names are written. */
static void test_own(void **state)
{
	static const char *const made[] = { "/home/me/src/b/tmp.1",
					    "/home/me/src/b/tmp.2",
					    "/home/me/src/b/tmp.3",
					    "/home/me/src/b/x" };
	struct learning *learning = *state;

	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		add(learning, VERB_CREATE, made[i], 0);
	add(learning, VERB_READ, made[0], 0);
	add(learning, VERB_LIST, "/home/me/src/b/tmp.1", 0);
	add(learning, VERB_LIST, "/home/me/src/b", 0);
	add(learning, VERB_EXEC, made[3], 0);
	add(learning, VERB_CREATE, "/home/me/src/c/d", 0);
	add(learning, VERB_READ, "/home/me/src/c/e", 0);
	must_learn(learning, "default deny\n"
			     "allow read @src/c/e\n"
			     "allow exec @src/b/x\n"
			     "allow read,list,create @src/b/**\n"
			     "allow create @src/c/d\n");
}

/* What all programs of the machine read is one line, however it is spread; what
 * they run is not, and what is written there less so. */
static void test_toolchain(void **state)
{
	static const char *const names[] = { "/usr/include/a", "/usr/lib/b",
					     "/usr/share/c/d", "/usr/local/e" };
	struct learning *learning = *state;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add(learning, VERB_READ, names[i], 0);
	add(learning, VERB_MAP, names[1], 0);
	add(learning, VERB_EXEC, "/usr/bin/a", 0);
	add(learning, VERB_WRITE, "/usr/local/e", 0);
	must_learn(learning, "default deny\n"
			     "allow read /usr/**\n"
			     "allow exec /usr/bin/a\n"
			     "allow map /usr/lib/b\n"
			     "allow write,create /usr/local/e\n");
}

/* What is not there was looked for; but not so what nobody should look for. */
static void test_absent(void **state)
{
	struct learning *learning = *state;

	add(learning, VERB_READ, "/home/me/src/no.h", ENOENT);
	add(learning, VERB_EXEC, "/home/me/src/x/cc", ENOTDIR);
	add(learning, VERB_CONNECT, "unix:/run/nscd", ENOENT);
	add(learning, VERB_READ, "/home/me/.netrc", ENOENT);
	add(learning, VERB_READ, "/home/me/src/mine", EACCES);
	add(learning, VERB_CREATE, "/home/me/src/no/x", ENOENT);
	must_learn(learning, "default deny\n"
			     "allow look **\n"
			     "allow read /home/me/.netrc\n"
			     "allow read @src/mine\n"
			     "allow create @src/no/x\n");
}

/* Names in a temporary directory are never the same again. */
static void test_temporary(void **state)
{
	struct learning *learning = *state;

	add(learning, VERB_CREATE, "/tmp/ccabcdef.s", 0);
	add(learning, VERB_WRITE, "/var/tmp/x/y", 0);
	must_learn(learning, "default deny\n"
			     "allow write,create @tmp/**\n");
}

/* Whatever is done beside it, and however much of it, what is sensitive stands
 * there alone, and nothing is allowed around it. */
static void test_sensitive(void **state)
{
	static const char *const names[] = {
		"/home/me/.ssh/a", "/home/me/.ssh/b", "/home/me/.ssh/c",
		"/home/me/.ssh/d", "/home/me/.ssh/e", "/home/me/w/f",
		"/home/me/x/g",    "/home/me/y/h",    "/home/me/z/i",
		"/home/me/v/i"
	};
	struct learning *learning = *state;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add(learning, VERB_READ, names[i], 0);
	must_learn(learning, "default deny\n"
			     "allow read /home/me/.ssh/a\n"
			     "allow read /home/me/.ssh/b\n"
			     "allow read /home/me/.ssh/c\n"
			     "allow read /home/me/.ssh/d\n"
			     "allow read /home/me/.ssh/e\n"
			     "allow read @home/v/i\n"
			     "allow read @home/w/f\n"
			     "allow read @home/x/g\n"
			     "allow read @home/y/h\n"
			     "allow read @home/z/i\n");
}

/* Never beyond a root, nor all of the machine. */
static void test_bounds(void **state)
{
	static const char *const names[] = {
		"/a/1",      "/b/1",      "/c/1",      "/d/1",     "/e/1",
		"/home/x/1", "/home/y/1", "/home/z/1", "/home/v/1"
	};
	struct learning *learning = *state;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add(learning, VERB_READ, names[i], 0);
	must_learn(learning, "default deny\n"
			     "allow read /a/1\n"
			     "allow read /b/1\n"
			     "allow read /c/1\n"
			     "allow read /d/1\n"
			     "allow read /e/1\n"
			     "allow read /home/v/1\n"
			     "allow read /home/x/1\n"
			     "allow read /home/y/1\n"
			     "allow read /home/z/1\n");
}

static void test_hostile(void **state)
{
	struct learning *learning = *state;

	add(learning, VERB_READ, "/home/me/src/a\nallow * **", 0);
	add(learning, VERB_READ, "/home/me/src/*", 0);
	add(learning, VERB_READ, "/home/me/src/\377", 0);
	must_learn(learning, "default deny\n"
			     "allow read @src/\\*\n"
			     "allow read \"@src/a\\012allow \\* \\*\\*\"\n"
			     "allow read \"@src/\\377\"\n");
}

/* Where each line comes from. */
static void test_provenance(void **state)
{
	struct learning *learning = *state;
	struct text text = TEXT_INIT;

	add(learning, VERB_READ, "/home/me/src/a", 0);
	add(learning, VERB_READ, "/home/me/.netrc", 0);
	assert_int_equal(learn_add(&learning->learn, &learning->audit), 0);
	add(learning, VERB_READ, "/home/me/src/b", 0);
	learn_all(learning, &text);
	assert_non_null(strstr(text_string(&text),
			       "# 2 times, in 2 of 2 traces, first by "
			       "/bin/sh\nallow read @src/a\n"));
	assert_non_null(strstr(text_string(&text),
			       "# once, in 1 of 2 traces, first by "
			       "/bin/sh\nallow read @src/b\n"));
	assert_non_null(strstr(text_string(&text), "# sensitive; 2 times"));
	text_done(&text);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_one),        TEST(test_unlooked),
		TEST(test_collapse),   TEST(test_toolchain),
		TEST(test_own),        TEST(test_absent),
		TEST(test_temporary),  TEST(test_sensitive),
		TEST(test_bounds),     TEST(test_hostile),
		TEST(test_provenance),
	};

	return cmocka_run_group_tests_name("learn", tests, NULL, NULL);
}
