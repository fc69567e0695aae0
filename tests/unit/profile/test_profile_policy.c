/* Lines of a policy -> what is let through, and what is said to be wider. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit/policy.h"
#include "base/array.h"
#include "base/text.h"
#include "profile/profile.h"

/* Nothing of it is wider. */
#define STRICT "default deny\nallow look **\nallow signal self\n"

static void make(struct profile *ret, const char *lines)
{
	struct text error = TEXT_INIT;
	struct policy policy;

	policy_open(&policy);
	assert_int_equal(roots_default(&policy.roots, "/home/me", "/src"), 0);
	assert_int_equal(policy_add_sensitive(&policy, &error), 0);
	if (policy_parse(&policy, "p", lines, strlen(lines), NULL, NULL,
			 &error))
		fail_msg("%s", text_string(&error));
	assert_int_equal(profile_of_policy(ret, &policy), 0);
	policy_done(&policy);
	text_done(&error);
}

struct one {
	const char *lines;
	const char *wanted; /* of the rules */
	const char *wider;  /* what is said first; NULL: nothing is wider */
};

static const struct one cases[] = {
	{ STRICT, "restrict read_file", NULL },
	{ STRICT, "families\n", NULL },
	{ STRICT, "deny ptrace\n", NULL },
	{ STRICT, "deny chmod\n", NULL },
	{ STRICT, "deny setuid\n", NULL },
	{ STRICT, "deny mount\n", NULL },
	{ STRICT, "restrict signal\n", NULL },
	{ STRICT "allow read /a\n", "path \"/a\" read_file read_dir\n", NULL },
	{ STRICT "allow read /a/**\n", "path \"/a\" read_file", NULL },
	{ STRICT "allow read /a\\*b\n", "path \"/a*b\" read_file", NULL },
	{ STRICT "allow read /a/*.c\n", "path \"/a\" read_file",
	  "p:4: a pattern is its directory, and all below" },
	{ STRICT "allow read /a/x[0-9]/y\n", "path \"/a\" read_file",
	  "p:4: a pattern is" },
	{ STRICT "allow write,delete /a/b\n",
	  "path \"/a\" write_file truncate remove_file remove_dir\n",
	  "p:4: names are made" },
	{ STRICT "allow create /a/**\n", "path \"/a\" write_file",
	  "p:4: where names are made" },
	{ STRICT "allow write /a/b\n", "path \"/a/b\" write_file truncate\n",
	  NULL },
	{ STRICT "allow write,create,delete /a/**\n", "path \"/a\" write_file",
	  NULL },
	{ STRICT "allow write,create /dev/null\n",
	  "path \"/dev/null\" write_file", "p:4: names are made" },
	{ STRICT "allow change /a\n", "landlock 1\n", "p:4: change is" },
	{ STRICT "allow read /a by /b\n", "path \"/a\" read_file",
	  "p:4: it is allowed by any program" },
	{ STRICT "allow read /a/**\ndeny read /a/b\n", "path \"/a\"",
	  "p:5: it is in a directory that is allowed" },
	{ STRICT "allow read /a/**\ndeny write /a/b\n", "path \"/a\"", NULL },
	{ STRICT "allow read /a/**\ndeny read /b/**\n", "path \"/a\"", NULL },
	{ STRICT "allow read @home/**\n", "path \"/home/me\"",
	  "built-in line 1: it is in a directory" },
	{ STRICT "allow connect inet:10.0.0.1:443\n", "port 443 connect_tcp\n",
	  "p:4: of a host only the port" },
	{ STRICT "allow connect inet::443\n", "families AF_INET AF_INET6\n",
	  "p:4: ports are looked at" },
	{ STRICT "allow connect unix:/run/x\n", "families AF_UNIX\n",
	  "p:4: sockets of the machine" },
	{ STRICT "allow connect AF_NETLINK\n", "families AF_NETLINK\n", NULL },
	{ STRICT "allow trace self\n", "landlock 1\n", NULL },
	{ STRICT "allow trace *\ndeny trace /bin/x\n", "landlock 1\n",
	  "p:5: any process of the job" },
	{ "default deny\n", "landlock 1\n", "to look at anything" },
	{ "default deny\nallow look **\n", "landlock 1\n",
	  "to signal one another" },
	{ "default allow\n", "landlock 1\n", "built-in line 1: " },
};

static void must(const struct one *one)
{
	struct profile profile;
	struct text text = TEXT_INIT;
	struct gap *first;

	make(&profile, one->lines);
	assert_int_equal(profile_put_landlock(&text, &profile), 0);
	if (!strstr(text_string(&text), one->wanted))
		fail_msg("%s: no \"%s\" in:\n%s", one->lines, one->wanted,
			 text_string(&text));
	first = &profile.coarse.items[0];
	if ((profile.coarse.count > 0) != (one->wider != NULL) ||
	    (one->wider && strncmp(text_string(&first->what), one->wider,
				   strlen(one->wider)) != 0))
		fail_msg("%s: wider: %s, not %s", one->lines,
			 profile.coarse.count ? text_string(&first->what)
					      : "nothing",
			 one->wider ? one->wider : "nothing");
	text_done(&text);
	profile_done(&profile);
}

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		must(&cases[i]);
}

static bool restricts(const char *lines, const char *word)
{
	struct text text = TEXT_INIT;
	struct profile profile;
	bool does;

	make(&profile, lines);
	assert_int_equal(profile_put_landlock(&text, &profile), 0);
	does = strstr(text_string(&text), word) != NULL;
	text_done(&text);
	profile_done(&profile);
	return does;
}

/* What is allowed is not forbidden by another line. */
static void test_allowed(void **state)
{
	(void)state;
	assert_false(restricts(STRICT "allow change /a\n", "deny chmod"));
	assert_false(restricts(STRICT "allow trace self\n", "deny ptrace"));
	assert_false(restricts(STRICT "allow kernel mount\n", "deny mount\n"));
	assert_true(restricts(STRICT "allow kernel mount\n", "deny bpf\n"));
	assert_false(
	    restricts(STRICT "allow kernel userns\n", "deny_namespaces user"));
	assert_true(
	    restricts(STRICT "allow kernel userns\n", "deny_namespaces other"));
	assert_false(restricts(STRICT "allow read **\n", "restrict read_file"));
	assert_false(restricts(STRICT "allow connect **\n", "connect_tcp"));
	assert_false(restricts(STRICT "allow connect **\n", "families"));
	assert_false(restricts("default allow\n", "restrict read_file"));
	assert_true(restricts("default allow\ndeny write,create **\n",
			      "restrict write_file"));
	assert_true(restricts("default allow\ndeny change **\n", "deny chmod"));
	assert_true(restricts("default allow\ndeny trace *\n", "deny ptrace"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
