/*
 * Lines -> rules, or what is wrong with them; and what the filter that comes of
 * them says of calls, in a simulator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>

#include <linux/landlock.h>
#include <linux/net.h>
#include <linux/seccomp.h>

#include "base/array.h"
#include "base/text.h"
#include "confine/confine.h"
#include "confine/denial.h"
#include "support/bpf.h"
#include "sysdesc/sysdesc.h"
#include "tracee/filter.h"

#define BEGIN "landlock 1\n"

static void parse(struct confine *ret, const char *text)
{
	struct text error = TEXT_INIT;

	if (confine_parse(ret, text, strlen(text), &error))
		fail_msg("%s", text_string(&error));
}

static void test_lines(void **state)
{
	struct confine confine;

	(void)state;
	parse(&confine, "# x\n\nlandlock 1\n"
			"restrict read_file signal connect_tcp\n"
			"path \"/a \\\"b\\\\\\012\\377\" read_file execute\n"
			"path \"/c\" make_dir\npath \"/d\" refer\n"
			"port 443 connect_tcp\n"
			"families AF_UNIX AF_INET\n"
			"deny ptrace\n"
			"deny_namespaces other\n"
			"possible");
	assert_int_equal(confine.files, LANDLOCK_ACCESS_FS_READ_FILE);
	assert_int_equal(confine.ports, 2);
	assert_int_equal(confine.scopes, 2);
	assert_int_equal(confine.path_count, 3);
	assert_string_equal(confine.paths[0].path, "/a \"b\\\n\377");
	assert_int_equal(confine.paths[0].rights,
			 LANDLOCK_ACCESS_FS_READ_FILE |
			     LANDLOCK_ACCESS_FS_EXECUTE);
	assert_string_equal(confine.paths[2].path, "/d");
	assert_int_equal(confine.port_count, 1);
	assert_int_equal(confine.port_rules[0].port, 443);
	assert_true(confine.has_families);
	assert_int_equal(confine.families, 1u << AF_UNIX | 1u << AF_INET);
	assert_int_equal(confine.namespaces & CLONE_NEWUSER, 0);
	assert_true(confine.namespaces & CLONE_NEWNET);
	assert_true(confine.is_all_possible);
	confine_done(&confine);
}

static void test_wrong(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "", "line 0: \"landlock 1\" is missing" },
		{ "# x", "line 1: \"landlock 1\" is missing" },
		{ "deny ptrace\n", "line 1: \"landlock 1\" comes first" },
		{ "landlock 2\n", "line 1: only version 1" },
		{ BEGIN "allow x\n", "line 2: it begins with no word" },
		{ BEGIN "restrict fly\n", "line 2: that is no right" },
		{ BEGIN "path /a read_file\n", "line 2: a name in quotes" },
		{ BEGIN "path \"/a read_file\n",
		  "line 2: the name has no end" },
		{ BEGIN "path \"/a\\", "line 2: the name has no end" },
		{ BEGIN "path \"a\" read_file\n",
		  "line 2: the name is no abs" },
		{ BEGIN "path \"\" read_file\n", "line 2: the name is no abs" },
		{ BEGIN "path \"/a\\000b\" read_file\n",
		  "line 2: the name is no absolute path" },
		{ BEGIN "path \"/a\"\n", "line 2: a right is missing" },
		{ BEGIN "path \"/a\" bind_tcp\n",
		  "line 2: that is no right of these" },
		{ BEGIN "port x bind_tcp\n", "line 2: that is no port" },
		{ BEGIN "port 65536 bind_tcp\n", "line 2: that is no port" },
		{ BEGIN "port\n", "line 2: a port is missing" },
		{ BEGIN "port 1 read_file\n", "line 2: that is no right of" },
		{ BEGIN "families AF_NONE\n", "line 2: that is no family" },
		{ BEGIN "deny\n", "line 2: a call is missing" },
		{ BEGIN "deny fly\n", "line 2: that is no call" },
		{ BEGIN "deny ptrace bpf\n", "line 2: there is a word too" },
		{ BEGIN "deny_namespaces all\n", "line 2: which namespaces" },
		{ BEGIN "\n\ndeny_namespaces\n", "line 4: which namespaces" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct confine confine;
		struct text error = TEXT_INIT;
		int r = confine_parse(&confine, cases[i].text,
				      strlen(cases[i].text), &error);

		if (r != -EINVAL ||
		    strncmp(text_string(&error), cases[i].wanted,
			    strlen(cases[i].wanted)) != 0)
			fail_msg("%s: %d: %s", cases[i].text, r,
				 text_string(&error));
		confine_done(&confine);
		text_done(&error);
	}
}

/* ---- the filter ---- */

static uint32_t verdict(const struct filter *filter, enum sysdesc_abi abi,
			int64_t number, uint64_t first)
{
	const struct seccomp_data data = {
		.nr = (int)number,
		.arch = sysdesc_audit_arch(abi),
		.args = { first },
	};
	struct bpf_verdict verdict;

	assert_int_equal(bpf_run(filter->code, filter->count, &data, &verdict),
			 0);
	return verdict.action;
}

static const struct sysdesc_row *row_of(const char *name)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (!strcmp(sysdesc_row(i)->name, name))
			return sysdesc_row(i);
	fail_msg("no call %s", name);
	return NULL;
}

static int error_of(uint32_t action)
{
	if (action == SECCOMP_RET_ALLOW)
		return 0;
	assert_int_equal(action & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO);
	return (int)(action & SECCOMP_RET_DATA);
}

static const enum sysdesc_abi abis[] = {
#if defined(__aarch64__)
	SYSDESC_AARCH64,
#else
	SYSDESC_X86_64,
	SYSDESC_X32,
	SYSDESC_I386,
#endif
};

/* In each ABI that has the call. */
static void must_be(const struct filter *filter, const char *call,
		    uint64_t first, int error)
{
	const struct sysdesc_row *row = row_of(call);

	for (size_t i = 0; i < ARRAY_LEN(abis); i++) {
		int64_t number = sysdesc_number(abis[i], row);
		int got;

		if (number < 0)
			continue;
		got = error_of(verdict(filter, abis[i], number, first));
		if (got != error)
			fail_msg("%s(%#llx) in %s: %d, not %d", call,
				 (unsigned long long)first,
				 sysdesc_abi_name(abis[i]), got, error);
	}
}

static void test_denial(void **state)
{
	const uint64_t high = UINT64_C(1) << 32;
	struct filter filter = { 0 };
	struct confine confine;

	(void)state;
	parse(&confine, BEGIN "deny ptrace\ndeny setxattrat\n"
			      "families AF_UNIX AF_INET\n"
			      "deny_namespaces user\n");
	assert_int_equal(denial_compile(&filter, &confine), 0);
	must_be(&filter, "getpid", 0, 0);
	must_be(&filter, "ptrace", 0, EPERM);
	must_be(&filter, "setxattrat", 0, EPERM);
	must_be(&filter, "socket", AF_UNIX, 0);
	must_be(&filter, "socket", AF_INET, 0);
	must_be(&filter, "socket", AF_INET | high, 0);
	must_be(&filter, "socket", AF_NETLINK, EAFNOSUPPORT);
	must_be(&filter, "socketpair", AF_VSOCK, EAFNOSUPPORT);
	must_be(&filter, "clone", SIGCHLD, 0);
	must_be(&filter, "clone", CLONE_NEWNET, 0);
	must_be(&filter, "clone", CLONE_NEWUSER, EPERM);
	must_be(&filter, "unshare", CLONE_NEWUSER | CLONE_NEWNS, EPERM);
	must_be(&filter, "unshare", CLONE_FILES, 0);
	must_be(&filter, "clone3", 0, ENOSYS);
#if !defined(__aarch64__)
	/* What socketcall carries, nobody can look at. */
	assert_int_equal(
	    error_of(verdict(&filter, SYSDESC_I386, 102, SYS_SOCKET)), ENOSYS);
	assert_int_equal(
	    error_of(verdict(&filter, SYSDESC_I386, 102, SYS_CONNECT)), 0);
#endif
	/* Another architecture has no calls. */
	assert_int_equal(error_of(verdict(&filter,
#if defined(__aarch64__)
					  SYSDESC_X86_64,
#else
					  SYSDESC_AARCH64,
#endif
					  1, 0)),
			 ENOSYS);
	filter_done(&filter);
	confine_done(&confine);
}

/* All that can be said at once fits. */
static void test_most(void **state)
{
	struct filter filter = { 0 };
	struct confine confine;

	(void)state;
	parse(&confine, BEGIN "deny_namespaces user\ndeny_namespaces other\n");
	confine.has_families = true;
	confine.families = UINT64_MAX;
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (sysdesc_row(i)->classes & (CLASS_KERNEL | CLASS_CREDS))
			select_add(&confine.denied, sysdesc_row(i));
	assert_int_equal(denial_compile(&filter, &confine), 0);
	must_be(&filter, "bpf", 0, EPERM);
	must_be(&filter, "setuid", 0, EPERM);
	must_be(&filter, "socket", 63, 0);
	must_be(&filter, "socket", 64, EAFNOSUPPORT);
	must_be(&filter, "openat", 0, 0);
	filter_done(&filter);
	confine_done(&confine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_denial),
		cmocka_unit_test(test_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
