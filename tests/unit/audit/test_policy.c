/* The language of policies, as tables: what lines mean, and what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <unistd.h>

#include "audit/fact.h"
#include "audit/host.h"
#include "audit/policy.h"
#include "base/array.h"
#include "base/text.h"

static int read_none(void *context, const char *path, char **ret,
		     size_t *ret_length)
{
	(void)context;
	if (!strcmp(path, "dir/loop")) {
		*ret = strdup("include loop\n");
	} else if (!strcmp(path, "dir/more")) {
		*ret = strdup("deny read /more\nbad\n");
	} else if (!strcmp(path, "dir/good")) {
		*ret = strdup("deny read /good");
	} else {
		return -ENOENT;
	}
	*ret_length = strlen(*ret);
	return 0;
}

static void set_roots(struct policy *policy)
{
	struct text error = TEXT_INIT;

	assert_int_equal(roots_set(&policy->roots, "src=/w/s*c", &error), 0);
	assert_int_equal(roots_set(&policy->roots, "two=/one", &error), 0);
	assert_int_equal(roots_set(&policy->roots, "two=/two/", &error), 0);
	assert_int_equal(roots_default(&policy->roots, "/home/me", NULL), 0);
	text_done(&error);
}

/* ---- what decides ---- */

static const struct deciding {
	const char *policy;
	enum audit_verb verb;
	const char *object, *other, *exe;
	enum policy_decision decision;
	unsigned line; /* 0: the default */
} decidings[] = {
	{ "", VERB_READ, "/a", NULL, NULL, POLICY_ALLOW, 0 },
	{ "default deny", VERB_READ, "/a", NULL, NULL, POLICY_DENY, 0 },
	{ "default warn # so", VERB_EXEC, "/a", NULL, NULL, POLICY_WARN, 0 },
	{ "deny read /a", VERB_READ, "/a", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /a", VERB_WRITE, "/a", NULL, NULL, POLICY_ALLOW, 0 },
	{ "deny read,write /a", VERB_WRITE, "/a", NULL, NULL, POLICY_DENY, 1 },
	{ "deny * /a", VERB_LINK, "/a", NULL, NULL, POLICY_DENY, 1 },
	{ "deny * *", VERB_KERNEL, "bpf", NULL, NULL, POLICY_DENY, 1 },
	{ "deny * **", VERB_CONNECT, "inet:1.2.3.4:5", NULL, NULL, POLICY_DENY,
	  1 },
	/* One star stays within a directory, two do not, and hold it too. */
	{ "deny read /a/*", VERB_READ, "/a/b", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /a/*", VERB_READ, "/a/b/c", NULL, NULL, POLICY_ALLOW, 0 },
	{ "deny read /a/**", VERB_READ, "/a/b/c", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /a/**", VERB_READ, "/a", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /a/**", VERB_READ, "/ab", NULL, NULL, POLICY_ALLOW, 0 },
	{ "deny read **", VERB_READ, "/x/y", NULL, NULL, POLICY_DENY, 1 },
	/* The line with most that is no wildcard, wherever it stands. */
	{ "deny read /a/b/**\nallow read /a/**", VERB_READ, "/a/b/c", NULL,
	  NULL, POLICY_DENY, 1 },
	{ "allow read /a/**\ndeny read /a/b/**\nallow read /a/b/c", VERB_READ,
	  "/a/b/c", NULL, NULL, POLICY_ALLOW, 3 },
	{ "deny read /p/*/secret\nallow read /p/**", VERB_READ, "/p/1/secret",
	  NULL, NULL, POLICY_DENY, 1 },
	/* Of equals one with a program, then the last. */
	{ "allow read /a\ndeny read /a", VERB_READ, "/a", NULL, NULL,
	  POLICY_DENY, 2 },
	{ "deny read /a by /bin/x\nallow read /a", VERB_READ, "/a", NULL,
	  "/bin/x", POLICY_DENY, 1 },
	{ "deny read /a by /bin/x\nallow read /a", VERB_READ, "/a", NULL,
	  "/bin/y", POLICY_ALLOW, 2 },
	{ "deny read /a by /bin/**", VERB_READ, "/a", NULL, "/bin/y/z",
	  POLICY_DENY, 1 },
	{ "deny read /a by /bin/x", VERB_READ, "/a", NULL, NULL, POLICY_ALLOW,
	  0 },
	/* Both names count, by the stricter line. */
	{ "deny rename /b/**", VERB_RENAME, "/a", "/b/c", NULL, POLICY_DENY,
	  1 },
	{ "deny rename /a\nwarn rename /b", VERB_RENAME, "/a", "/b", NULL,
	  POLICY_DENY, 1 },
	{ "deny signal SIGTERM", VERB_SIGNAL, "self", "SIGTERM", NULL,
	  POLICY_ALLOW, 0 },
	/* Roots are directories, and nothing in them is a wildcard. */
	{ "deny read @src/x", VERB_READ, "/w/s*c/x", NULL, NULL, POLICY_DENY,
	  1 },
	{ "deny read @src/x", VERB_READ, "/w/sac/x", NULL, NULL, POLICY_ALLOW,
	  0 },
	{ "deny read @two/**", VERB_READ, "/two/x/y", NULL, NULL, POLICY_DENY,
	  1 },
	{ "deny read @two", VERB_READ, "/one", NULL, NULL, POLICY_DENY, 1 },
	{ "deny exec @tmp/**", VERB_EXEC, "/var/tmp/x", NULL, NULL, POLICY_DENY,
	  1 },
	{ "deny read @home/.x", VERB_READ, "/home/me/.x", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny exec /x by @two/**", VERB_EXEC, "/x", NULL, "/one/sh",
	  POLICY_DENY, 1 },
	/* Names that need quotes. */
	{ "deny read \"/a b\"", VERB_READ, "/a b", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read \"/a\\nb\\011\\377\"", VERB_READ, "/a\nb\t\377", NULL,
	  NULL, POLICY_DENY, 1 },
	{ "deny read \"/a\\\"\\\\\"", VERB_READ, "/a\"\\", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny read \"/a\\052\"", VERB_READ, "/ab", NULL, NULL, POLICY_ALLOW,
	  0 },
	{ "deny read /a\\*", VERB_READ, "/a*", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /a#b # c", VERB_READ, "/a#b", NULL, NULL, POLICY_DENY, 1 },
	{ "\r\n  deny\tread /a \r\n", VERB_READ, "/a", NULL, NULL, POLICY_DENY,
	  2 },
	/* Hosts: the longest prefix, then a port. */
	{ "deny connect inet:10.0.0.0/8", VERB_CONNECT, "inet:10.1.2.3:443",
	  NULL, NULL, POLICY_DENY, 1 },
	{ "deny connect inet:10.0.0.0/8", VERB_CONNECT, "inet:11.1.2.3:443",
	  NULL, NULL, POLICY_ALLOW, 0 },
	{ "deny connect inet:10.0.0.0/8\nallow connect inet:10.1.2.3",
	  VERB_CONNECT, "inet:10.1.2.3:443", NULL, NULL, POLICY_ALLOW, 2 },
	{ "allow connect inet:10.1.2.3:443\ndeny connect inet:10.1.2.3",
	  VERB_CONNECT, "inet:10.1.2.3:443", NULL, NULL, POLICY_ALLOW, 1 },
	{ "deny connect inet:10.1.2.3:80-90", VERB_CONNECT, "inet:10.1.2.3:91",
	  NULL, NULL, POLICY_ALLOW, 0 },
	{ "deny connect inet::443", VERB_CONNECT, "inet:[::1]:443", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny connect inet:[2001:db8::/32]:2", VERB_CONNECT,
	  "inet:[2001:db8::1]:1", NULL, NULL, POLICY_ALLOW, 0 },
	{ "deny connect inet:2001:db8::/32", VERB_CONNECT,
	  "inet:[2001:db8::1]:1", NULL, NULL, POLICY_DENY, 1 },
	{ "deny connect inet:*", VERB_CONNECT, "inet:[::1]:443", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny connect inet:*", VERB_CONNECT, "unix:/x", NULL, NULL,
	  POLICY_ALLOW, 0 },
	{ "deny connect unix:/run/*", VERB_CONNECT, "unix:/run/x", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny connect unix:@x", VERB_CONNECT, "unix:@x", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny bind AF_NETLINK", VERB_BIND, "AF_NETLINK", NULL, NULL,
	  POLICY_DENY, 1 },
	/* As names are told. */
	{ "deny read /a//b", VERB_READ, "/a/b", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /a/./b", VERB_READ, "/a/b", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /a/b/", VERB_READ, "/a/b", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /a/b/.", VERB_READ, "/a/b", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read //a/**/", VERB_READ, "/a/b/c", NULL, NULL, POLICY_DENY,
	  1 },
	{ "deny list //", VERB_LIST, "/", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read @src//x/", VERB_READ, "/w/s*c/x", NULL, NULL, POLICY_DENY,
	  1 },
	{ "deny read @two/", VERB_READ, "/one", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read **//b", VERB_READ, "/a/b", NULL, NULL, POLICY_DENY, 1 },
	{ "deny exec /a by /bin//x", VERB_EXEC, "/a", NULL, "/bin/x",
	  POLICY_DENY, 1 },
	{ "deny connect unix:/run//x", VERB_CONNECT, "unix:/run/x", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny connect unix:@a//x", VERB_CONNECT, "unix:@a//x", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny read /.a/..b/...", VERB_READ, "/.a/..b/...", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny read /\\[a-", VERB_READ, "/[a-", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /[]a]", VERB_READ, "/]", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /[!a-z]", VERB_READ, "/1", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /[a-]", VERB_READ, "/-", NULL, NULL, POLICY_DENY, 1 },
	{ "deny read /a\\\\", VERB_READ, "/a\\", NULL, NULL, POLICY_DENY, 1 },
	/* Processes and calls. */
	{ "deny signal outside", VERB_SIGNAL, "outside", "SIGTERM", NULL,
	  POLICY_DENY, 1 },
	{ "deny trace /usr/bin/*", VERB_TRACE, "/usr/bin/make", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "deny kernel io_uring_*", VERB_KERNEL, "io_uring_setup", NULL, NULL,
	  POLICY_DENY, 1 },
	{ "include good\nallow read /x", VERB_READ, "/good", NULL, NULL,
	  POLICY_DENY, 1 },
};

static const struct name *name_of(struct names *names, const char *text)
{
	return text ? names_add(names, text, strlen(text)) : NULL;
}

static void test_decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(decidings); i++) {
		const struct deciding *one = &decidings[i];
		struct names names = { 0 };
		struct text error = TEXT_INIT;
		struct policy_judgement got;
		struct policy policy;
		struct fact fact = { 0 };

		policy_open(&policy);
		set_roots(&policy);
		if (policy_parse(&policy, "dir/p", one->policy,
				 strlen(one->policy), read_none, NULL, &error))
			fail_msg("%s: %s", one->policy, text_string(&error));
		fact.key.verb = (uint16_t)one->verb;
		fact.key.object = name_of(&names, one->object);
		fact.key.other = name_of(&names, one->other);
		fact.key.exe = name_of(&names, one->exe);
		got = policy_judge(&policy, &fact);
		if (got.decision != one->decision ||
		    (got.rule ? got.rule->line : 0) != one->line)
			fail_msg("%s: %s %s: %s by line %u", one->policy,
				 verb_name(one->verb), one->object,
				 policy_decision_name(got.decision),
				 got.rule ? got.rule->line : 0);
		policy_done(&policy);
		names_done(&names);
	}
}

/* What is not there was looked for, where no line says otherwise. */
static void test_absent(void **state)
{
	static const struct {
		const char *line; /* the third */
		enum audit_verb verb;
		int error;
		const char *object;
		enum policy_decision decision;
	} cases[] = {
		{ "", VERB_READ, ENOENT, "/a", POLICY_ALLOW },
		{ "", VERB_EXEC, ENOTDIR, "/a", POLICY_ALLOW },
		{ "", VERB_CONNECT, ENOENT, "unix:/a", POLICY_ALLOW },
		{ "", VERB_READ, EACCES, "/a", POLICY_DENY },
		{ "", VERB_READ, 0, "/a", POLICY_DENY },
		{ "", VERB_CREATE, ENOENT, "/a", POLICY_DENY },
		{ "deny read /a", VERB_READ, ENOENT, "/a", POLICY_DENY },
		{ "warn look /a", VERB_READ, ENOENT, "/a", POLICY_WARN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct names names = { 0 };
		struct text lines = TEXT_INIT, error = TEXT_INIT;
		struct fact fact = { 0 };
		struct policy policy;

		policy_open(&policy);
		text_format(&lines, "default deny\nallow look **\n%s\n",
			    cases[i].line);
		assert_int_equal(policy_parse(&policy, "p", lines.data,
					      lines.length, read_none, NULL,
					      &error),
				 0);
		fact.key.verb = (uint16_t)cases[i].verb;
		fact.key.error = cases[i].error;
		fact.key.object = name_of(&names, cases[i].object);
		assert_int_equal(policy_judge(&policy, &fact).decision,
				 cases[i].decision);
		text_done(&lines);
		policy_done(&policy);
		names_done(&names);
	}
}

/* Who only looked must have been recorded where that may matter. */
static void test_looks(void **state)
{
	static const struct {
		const char *policy;
		bool judges;
	} cases[] = {
		{ "", false },
		{ "deny read,write /a", false },
		{ "deny look /a", true },
		{ "warn look,read /a", true },
		{ "deny * /a", true },
		{ "allow look /a", false },
		{ "deny * /a/**\nallow look /a/**", false },
		{ "deny * /a/**\nallow look /a/*", true },
		{ "deny * /a/**\nallow look /a/**\nwarn look /a/**", true },
		{ "deny * /a/** by /b\nallow look /a/**", true },
		{ "allow look /a/**\ndeny * /a/**", true },
		{ "default deny", true },
		{ "default warn\nallow look /a/**", true },
		{ "default deny\nallow look **", false },
		{ "default deny\nallow * **", false },
		{ "default deny\nallow read **", true },
		{ "default deny\nallow look ** by /a", true },
		{ "default deny\nallow look **\ndeny look /a", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text error = TEXT_INIT;
		struct policy policy;

		policy_open(&policy);
		assert_int_equal(
		    roots_default(&policy.roots, "/home/me", "/src"), 0);
		assert_int_equal(policy_add_sensitive(&policy, &error), 0);
		assert_int_equal(policy_parse(&policy, "p", cases[i].policy,
					      strlen(cases[i].policy),
					      read_none, NULL, &error),
				 0);
		if (policy_judges_looks(&policy) != cases[i].judges)
			fail_msg("%s", cases[i].policy);
		policy_done(&policy);
	}
}

/* ---- names of hosts ---- */

/* Of an address that two names were observed for. */
static const struct {
	const char *policy, *object;
	enum policy_decision decision;
	unsigned line;
} namings[] = {
	{ "deny connect inet:a.example.org", "inet:1.2.3.4:5", POLICY_DENY, 1 },
	{ "deny connect inet:A.Example.org:5", "inet:1.2.3.4:5", POLICY_DENY,
	  1 },
	{ "deny connect inet:b.example.org:6", "inet:1.2.3.4:5", POLICY_ALLOW,
	  0 },
	{ "deny connect inet:*.example.org:4-6", "inet:1.2.3.4:5", POLICY_DENY,
	  1 },
	{ "deny connect inet:example.org", "inet:1.2.3.4:5", POLICY_ALLOW, 0 },
	{ "deny connect inet:*.org", "unix:/a.example.org", POLICY_ALLOW, 0 },
	/* Any address counts more, however wide; but no host does not. */
	{ "deny connect inet:1.0.0.0/8\nallow connect inet:a.example.org:5",
	  "inet:1.2.3.4:5", POLICY_DENY, 1 },
	{ "allow connect inet:*.example.org\ndeny connect inet::5",
	  "inet:1.2.3.4:5", POLICY_ALLOW, 1 },
	{ "allow connect inet:*.example.org\ndeny connect inet:*",
	  "inet:1.2.3.4:5", POLICY_ALLOW, 1 },
	{ "allow connect inet:*.org\ndeny connect inet:*.example.org",
	  "inet:1.2.3.4:5", POLICY_DENY, 2 },
};

static void test_hosts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(namings); i++) {
		struct names names = { 0 };
		struct text error = TEXT_INIT;
		struct policy_judgement got;
		struct policy policy;
		const struct host host = {
			.names = { name_of(&names, "a.example.org"),
				   name_of(&names, "b.example.org") },
			.count = 2,
		};
		struct fact fact = { .key.verb = VERB_CONNECT, .host = &host };

		policy_open(&policy);
		if (policy_parse(&policy, "p", namings[i].policy,
				 strlen(namings[i].policy), read_none, NULL,
				 &error))
			fail_msg("%s", text_string(&error));
		fact.key.object = name_of(&names, namings[i].object);
		got = policy_judge(&policy, &fact);
		if (got.decision != namings[i].decision ||
		    (got.rule ? got.rule->line : 0) != namings[i].line)
			fail_msg("%s: %s", namings[i].policy,
				 policy_decision_name(got.decision));
		/* Of an address without a name they are about nothing. */
		fact.host = NULL;
		got = policy_judge(&policy, &fact);
		assert_true(!got.rule || got.rule->kind == POLICY_INET);
		policy_done(&policy);
		names_done(&names);
	}
}

/* ---- what is wrong ---- */

static const struct {
	const char *policy, *wanted;
} wrongs[] = {
	{ "x", "dir/p:1:1: x begins no line; allow, warn, deny, default, "
	       "include and # do" },
	{ "\n  deny", "dir/p:2:7: a verb is missing, as in allow read /etc" },
	{ "deny read", "dir/p:1:10: an object is missing" },
	{ "deny read /a from /b", "dir/p:1:14: only by EXECUTABLE" },
	{ "deny read /a by", "dir/p:1:14: only by EXECUTABLE" },
	{ "deny read /a by x", "dir/p:1:17: x is no program; by" },
	{ "deny eat /a", "dir/p:1:6: eat is no verb; read list" },
	{ "deny read,, /a", "dir/p:1:6: read,, is no verb" },
	{ "deny read a", "dir/p:1:11: a is no file; /etc/passwd" },
	{ "deny read \"\"", "dir/p:1:11: an empty name" },
	{ "deny read inet:1.2.3.4", "is no file" },
	{ "deny connect /a", "dir/p:1:14: /a is no address; inet:" },
	{ "deny connect inet:no!where.org", "inet:no!where.org is no host; " },
	{ "deny connect inet:a.org:x", "inet:a.org:x is no host; " },
	{ "deny connect inet:*.*:80", "is no host; " },
	{ "deny connect inet:/a", "is no host" },
	{ "deny kernel /a", "is no system call; bpf" },
	{ "deny signal inet:1.2.3.4", "is no process; self" },
	{ "deny read @nowhere/x", "@nowhere/x begins with a root that nobody "
				  "has set; --root NAME=DIR does" },
	{ "deny read \"/a", "the quote does not end on this line" },
	{ "deny read \"/a\"b", "dir/p:1:15: something is behind the quote" },
	{ "deny read /a\"b\"", "dir/p:1:13: a quote within a word" },
	{ "deny read \"/a\\000\"", "no name has that byte" },
	{ "deny read \"/a\\400\"", "no name has that byte" },
	{ "deny read \"/a\\", "nothing is behind the \\" },
	{ "deny read /a\033", "dir/p:1:13: a control byte" },
	{ "deny read /a/../b", "dir/p:1:11: /a/../b has .. in it" },
	{ "deny read /a/..", "dir/p:1:11: /a/.. has .. in it" },
	{ "deny read /a/\\../b", " has .. in it" },
	{ "deny read @src/../b", "dir/p:1:11: @src/../b has .. in it" },
	{ "deny connect unix:/a/../b", "dir/p:1:14: unix:/a/../b has .. in" },
	{ "deny read /a by /b/../c", "dir/p:1:17: /b/../c has .. in it" },
	{ "deny read /[a-", "has a [ without its ]; a [ itself is \\[" },
	{ "deny read /a\\\\[b", "has a [ without its ]" },
	{ "deny read /[]", "dir/p:1:11: " },
	{ "deny read /[z-a]", "has a range in [ ] that is empty" },
	{ "deny read /[!z-a]", "has a range in [ ] that is empty" },
	{ "deny read /a[/]b", "has a slash in [ ]" },
	{ "deny read /a\\", " ends in a \\, which" },
	{ "deny kernel [b-a]pf", "has a range in [ ] that is empty" },
	{ "default", "dir/p:1:8: default wants allow, warn or deny" },
	{ "default allow\ndefault deny", "dir/p:2:1: a second default" },
	{ "include", "dir/p:1:8: include wants one file" },
	{ "include none", "dir/p:1:9: none: No such file or directory" },
	{ "include more", "dir/more:2:1: bad begins no line" },
	{ "include loop", "too many files within files" },
	{ "a b c d e f g", "more words than any line has" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
		struct text error = TEXT_INIT;
		struct policy policy;

		policy_open(&policy);
		set_roots(&policy);
		assert_int_equal(policy_parse(&policy, "dir/p",
					      wrongs[i].policy,
					      strlen(wrongs[i].policy),
					      read_none, NULL, &error),
				 -EINVAL);
		if (!strstr(text_string(&error), wrongs[i].wanted))
			fail_msg("%s: %s", wrongs[i].policy,
				 text_string(&error));
		text_done(&error);
		policy_done(&policy);
	}
}

/* ---- what is built in ---- */

static const struct {
	const char *more; /* lines of a policy */
	enum audit_verb verb;
	const char *object;
	bool is_denied;
} sensitives[] = {
	{ "", VERB_READ, "/home/me/.ssh/id_rsa", true },
	{ "", VERB_LIST, "/home/me/.ssh", true },
	{ "", VERB_LOOK, "/home/me/.ssh/id_rsa", false },
	{ "", VERB_READ, "/proc/1/environ", true },
	{ "", VERB_READ, "/proc/self/environ", false },
	{ "", VERB_READ, "/proc/1/task/2/environ", true },
	{ "", VERB_WRITE, "/proc/1/task/2/mem", true },
	{ "", VERB_READ, "/proc/1/task/2/maps", true },
	{ "", VERB_READ, "/proc/1/smaps", true },
	{ "", VERB_READ, "/proc/1/task/2/smaps", true },
	{ "", VERB_READ, "/proc/1/smaps_rollup", true },
	{ "", VERB_READ, "/proc/1/numa_maps", true },
	{ "", VERB_READ, "/proc/1/pagemap", true },
	{ "", VERB_LIST, "/proc/1/map_files", true },
	{ "", VERB_READ, "/proc/1/auxv", true },
	{ "", VERB_READ, "/proc/1/stack", true },
	{ "", VERB_READ, "/proc/1/syscall", true },
	{ "", VERB_READ, "/proc/1/status", false },
	{ "", VERB_READ, "/proc/1/task/2/status", false },
	{ "", VERB_READ, "/proc/self/task/2/maps", false },
	{ "", VERB_READ, "/proc/self/smaps", false },
	{ "", VERB_CONNECT, "inet:169.254.169.254:80", true },
	{ "", VERB_CONNECT, "unix:/run/docker.sock", true },
	{ "", VERB_WRITE, "/etc/passwd", true },
	{ "", VERB_READ, "/etc/passwd", false },
	{ "", VERB_TRACE, "outside", true },
	{ "", VERB_TRACE, "self", false },
	/* What is wide does not undo it, what says so does. */
	{ "allow read @home/**", VERB_READ, "/home/me/.ssh/id_rsa", true },
	{ "allow * **", VERB_READ, "/home/me/.ssh/id_rsa", true },
	{ "allow read /proc/**", VERB_READ, "/proc/1/environ", true },
	{ "allow read @home/.ssh/known_hosts", VERB_READ,
	  "/home/me/.ssh/known_hosts", false },
	{ "allow read @home/.ssh/**", VERB_READ, "/home/me/.ssh/id_rsa",
	  false },
	{ "allow connect inet:*", VERB_CONNECT, "inet:169.254.169.254:80",
	  true },
};

static void test_sensitive(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sensitives); i++) {
		struct names names = { 0 };
		struct text error = TEXT_INIT;
		struct policy policy;
		struct fact fact = { 0 };
		bool is_denied;

		policy_open(&policy);
		set_roots(&policy);
		if (policy_add_sensitive(&policy, &error) ||
		    policy_parse(&policy, "p", sensitives[i].more,
				 strlen(sensitives[i].more), NULL, NULL,
				 &error))
			fail_msg("%s", text_string(&error));
		fact.key.verb = (uint16_t)sensitives[i].verb;
		fact.key.object = name_of(&names, sensitives[i].object);
		is_denied = policy_judge(&policy, &fact).decision ==
			    POLICY_DENY;
		if (is_denied != sensitives[i].is_denied)
			fail_msg("%s: %s", sensitives[i].more,
				 sensitives[i].object);
		policy_done(&policy);
		names_done(&names);
	}
}

static void test_sensitive_below(void **state)
{
	static const struct {
		const char *dir;
		bool has;
	} cases[] = {
		{ "/home/me", true },          { "/home", true },
		{ "/home/me/.ssh", true },     { "/home/me/.ssh/x", true },
		{ "/home/me/project", false }, { "/etc", true },
		{ "/etc/ssl", false },         { "/proc/1", true },
		{ "/usr/include", false },
	};
	struct text error = TEXT_INIT;
	struct policy policy;

	(void)state;
	policy_open(&policy);
	set_roots(&policy);
	assert_int_equal(policy_add_sensitive(&policy, &error), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (policy_has_sensitive_below(&policy, cases[i].dir,
					       strlen(cases[i].dir)) !=
		    cases[i].has)
			fail_msg("%s", cases[i].dir);
	policy_done(&policy);
}

/* ---- names, there and back ---- */

static void test_names(void **state)
{
	static const char *const texts[] = {
		"/a",       "/a b",      "/a\nb",     "/a\"b", "/a\\b",
		"/a*b?[c]", "/\377\001", "/a #b",     "#a",    "/\xc3\xbc",
		"/a\tb",    "/\"",       "/a\\*b \n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct names names = { 0 };
		struct text line = TEXT_INIT, error = TEXT_INIT;
		struct policy policy;
		struct fact fact = { 0 };

		policy_open(&policy);
		text_put(&line, "deny * ");
		policy_put_name(&line, texts[i], strlen(texts[i]));
		if (policy_parse(&policy, "p", line.data, line.length, NULL,
				 NULL, &error))
			fail_msg("%s", text_string(&error));
		fact.key.verb = texts[i][0] == '/' ? VERB_READ : VERB_KERNEL;
		fact.key.object = name_of(&names, texts[i]);
		if (policy_judge(&policy, &fact).decision != POLICY_DENY)
			fail_msg("%s", text_string(&line));
		policy_done(&policy);
		names_done(&names);
		text_done(&line);
	}
}

static void test_roots(void **state)
{
	static const struct {
		const char *path, *name;
		size_t length;
	} cases[] = {
		{ "/w/s*c/x", "src", 6 }, { "/w/s*cx", NULL, 0 },
		{ "/two", "two", 4 },     { "/usr/x", NULL, 0 },
		{ "/tmp/a", "tmp", 4 },
	};
	struct text error = TEXT_INIT;
	struct policy policy;
	size_t length;

	(void)state;
	policy_open(&policy);
	set_roots(&policy);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct root *root = roots_of(&policy.roots, cases[i].path,
						   strlen(cases[i].path),
						   &length);

		assert_int_equal(length, cases[i].length);
		assert_int_equal(root != NULL, cases[i].name != NULL);
		if (root)
			assert_string_equal(root->name, cases[i].name);
	}
	assert_int_equal(roots_set(&policy.roots, "x=y", &error), -EINVAL);
	assert_int_equal(roots_set(&policy.roots, "X=/y", &error), -EINVAL);
	assert_int_equal(roots_set(&policy.roots, "/y", &error), -EINVAL);
	text_done(&error);
	policy_done(&policy);
}

/* A directory behind a symbolic link is told by its own name. */
static void test_linked_roots(void **state)
{
	static const char lines[] = "deny read @one/x\ndeny read @home/x\n";
	char dir[] = "/tmp/policy.XXXXXX", link[32], word[64], object[64];
	struct text error = TEXT_INIT;
	struct policy policy;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(link, sizeof(link), "%s/link", dir);
	snprintf(word, sizeof(word), "one=%s", link);
	assert_int_equal(symlink(dir, link), 0);
	policy_open(&policy);
	for (unsigned times = 0; times < ROOT_DIRS_MAX; times++)
		assert_int_equal(roots_set(&policy.roots, word, &error), 0);
	assert_int_equal(roots_default(&policy.roots, link, "/src"), 0);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(policy_parse(&policy, "p", lines, strlen(lines), NULL,
				      NULL, &error),
			 0);
	for (unsigned i = 0; i < 2 * policy.count; i++) {
		const struct policy_patterns *one = &policy.rules[i / 2].object;

		snprintf(object, sizeof(object), "%s/x", i % 2 ? link : dir);
		assert_int_equal(one->count, 2);
		assert_string_equal(one->items[!(i % 2)].text, object);
	}
	text_done(&error);
	policy_done(&policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decides),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_sensitive),
		cmocka_unit_test(test_sensitive_below),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_linked_roots),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
