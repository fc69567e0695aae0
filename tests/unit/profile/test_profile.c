/* Facts made by hand -> lines of profiles, whatever names are in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/socket.h>

#include <linux/sched.h>

#include "audit/audit.h"
#include "audit/learn.h"
#include "audit/policy.h"
#include "base/array.h"
#include "base/text.h"
#include "profile/profile.h"

#define HOSTILE "/home/me/src/a 'b\"\n$(c)\\*?[d]{e}@%\377"

struct profiling {
	struct policy policy;
	struct audit audit;
	struct profile profile;
};

typedef int putter(struct text *text, const struct profile *profile);

static int setup(void **state)
{
	static struct profiling profiling;
	struct text error = TEXT_INIT;

	policy_open(&profiling.policy);
	audit_open(&profiling.audit);
	if (roots_default(&profiling.policy.roots, "/home/me",
			  "/home/me/src") ||
	    policy_add_sensitive(&profiling.policy, &error))
		return -1;
	profile_open(&profiling.profile, &profiling.policy, LEARN_COLLAPSE);
	*state = &profiling;
	return 0;
}

static int teardown(void **state)
{
	struct profiling *profiling = *state;

	profile_done(&profiling->profile);
	audit_done(&profiling->audit);
	policy_done(&profiling->policy);
	return 0;
}

static void add(struct profiling *profiling, enum audit_verb verb,
		const char *object, int32_t error)
{
	struct names *names = &profiling->audit.names;
	struct fact fact = { 0 };

	fact.key.verb = (uint16_t)verb;
	fact.key.error = error;
	fact.key.mark = FACT_PROVEN;
	fact.key.object = names_add(names, object, strlen(object));
	assert_int_equal(facts_add(&profiling->audit.facts, &fact), 0);
}

static void use(struct profiling *profiling, const char *call)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (!strcmp(sysdesc_row(i)->name, call))
			select_add(
			    &profiling->audit.census.calls[SYSDESC_X86_64],
			    sysdesc_row(i));
	profiling->audit.census.abis[SYSDESC_X86_64] = true;
}

static void finish(struct profiling *profiling, bool has_calls)
{
	census_begin(&profiling->audit.census, has_calls);
	assert_int_equal(
	    profile_add_trace(&profiling->profile, &profiling->audit), 0);
	assert_int_equal(profile_end_traces(&profiling->profile), 0);
}

static void must_have(struct profiling *profiling, putter *put,
		      const char *wanted, bool is_there)
{
	struct text text = TEXT_INIT;

	assert_int_equal(put(&text, &profiling->profile), 0);
	if (!strstr(text_string(&text), wanted) == is_there)
		fail_msg("%s \"%s\" in:\n%s", is_there ? "no" : "there is",
			 wanted, text_string(&text));
	text_done(&text);
}

static int put_script(struct text *text, const struct profile *profile)
{
	struct text words = TEXT_INIT;
	int r = profile_put_bubblewrap(&words, profile);

	r = r ? r : profile_put_shell(text, &words, profile);
	text_done(&words);
	return r;
}

static void test_hostile(void **state)
{
	struct profiling *profiling = *state;

	add(profiling, VERB_READ, HOSTILE, 0);
	add(profiling, VERB_CHANGE, HOSTILE, 0);
	finish(profiling, true);
	must_have(profiling, profile_put_landlock,
		  "path \"/home/me/src/a 'b\\\"\\012$(c)\\\\*?[d]{e}@%\\377\" "
		  "read_file read_dir\n",
		  true);
	must_have(profiling, put_script,
		  "'/home/me/src/a '\\''b\"\n$(c)\\*?[d]{e}@%\377' ", true);
	must_have(
	    profiling, profile_put_apparmor,
	    "  \"/home/me/src/a 'b??\\$(c)?\\*\\?\\[d\\]\\{e\\}\\@%?{,/}\" "
	    "rwk,\n",
	    true);
	/* In a unit it cannot be written: the directory can. */
	must_have(profiling, profile_put_systemd,
		  "ReadWritePaths=\"-/home/me/src\"\n", true);
}

/* A comment ends where its line does. */
static void test_comment(void **state)
{
	struct profiling *profiling = *state;
	static putter *const all[] = { profile_put_landlock, put_script,
				       profile_put_apparmor,
				       profile_put_systemd };

	text_put(&profiling->profile.provenance, "From x\nof: y\n");
	finish(profiling, true);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		must_have(profiling, all[i], "# From x\n# of: y\n", true);
	must_have(profiling, profile_put_seccomp,
		  "\"comment\": \"From x\\nof: y\\n\"", true);
}

static void test_files(void **state)
{
	struct profiling *profiling = *state;

	add(profiling, VERB_READ, "/home/me/a", 0);
	add(profiling, VERB_READ, "/home/me/gone", ENOENT);
	add(profiling, VERB_WRITE, "/home/me/not", EACCES);
	add(profiling, VERB_CREATE, "/home/me/new", 0);
	add(profiling, VERB_CREATE, "/home/me/new/file", 0);
	add(profiling, VERB_READ, "/proc/self/maps", 0);
	add(profiling, VERB_EXEC, "/usr/bin/x", 0);
	add(profiling, VERB_READ, "/tmp/made", 0);
	add(profiling, VERB_CREATE, "/tmp/made", 0);
	finish(profiling, true);
	must_have(profiling, profile_put_landlock,
		  "path \"/home/me/a\" read_file read_dir\n", true);
	must_have(profiling, profile_put_landlock,
		  "path \"/usr/bin/x\" execute read_file\n", true);
	must_have(profiling, profile_put_landlock, "gone", false);
	must_have(profiling, profile_put_landlock, "not", false);
	/* What was made is made where there was something. */
	must_have(profiling, profile_put_landlock, "\"/home/me/new\"", false);
	must_have(profiling, profile_put_landlock,
		  "path \"/home/me\" write_file", true);
	must_have(profiling, profile_put_landlock, "path \"/proc\" read_file",
		  true);
	must_have(profiling, put_script, "--bind-try /home/me /home/me", true);
	must_have(profiling, put_script, "--tmpfs /tmp", true);
	must_have(profiling, put_script, "--symlink usr/bin /bin", true);
	must_have(profiling, put_script, "--unshare-net", true);
	must_have(profiling, profile_put_systemd, "PrivateTmp=yes\n", true);
	must_have(profiling, profile_put_apparmor, "\"/usr/bin/x\" mrix,\n",
		  true);
}

/* One that was in /tmp before has to be there again. */
static void test_shared_tmp(void **state)
{
	struct profiling *profiling = *state;

	add(profiling, VERB_READ, "/tmp/old", 0);
	finish(profiling, true);
	must_have(profiling, put_script, "--tmpfs", false);
	must_have(profiling, profile_put_systemd, "PrivateTmp", false);
}

static void test_calls(void **state)
{
	struct profiling *profiling = *state;

	use(profiling, "openat");
	use(profiling, "clone3");
	use(profiling, "socket");
	profiling->audit.census.families = 1u << AF_INET | 1u << AF_NETLINK;
	finish(profiling, true);
	must_have(profiling, profile_put_seccomp, " \"openat2\",", true);
	must_have(profiling, profile_put_seccomp, "\"ptrace\"", false);
	must_have(profiling, profile_put_seccomp, "\"clone3\"", false);
	must_have(profiling, profile_put_seccomp,
		  "\"clone\"],\n      \"action\": \"SCMP_ACT_ALLOW\",\n      "
		  "\"args\": [{ \"index\": 0, \"value\": 2114060288,",
		  true);
	must_have(profiling, profile_put_seccomp,
		  "\"value\": 16, \"valueTwo\": 0, \"op\": \"SCMP_CMP_EQ\"",
		  true);
	must_have(profiling, profile_put_landlock,
		  "families AF_INET AF_NETLINK\n", true);
	must_have(profiling, profile_put_landlock, "deny_namespaces user\n",
		  true);
	must_have(profiling, profile_put_systemd,
		  "RestrictAddressFamilies=AF_INET AF_NETLINK\n", true);
	must_have(profiling, profile_put_apparmor,
		  "  network inet,\n  network netlink,\n", true);
}

static void test_namespaces(void **state)
{
	struct profiling *profiling = *state;

	use(profiling, "clone3");
	profiling->audit.census.namespaces = CLONE_NEWUSER;
	finish(profiling, true);
	must_have(profiling, profile_put_seccomp, "\"clone3\"", true);
	must_have(profiling, profile_put_seccomp, "\"value\": 1845624832,",
		  true);
	must_have(profiling, profile_put_landlock, "deny_namespaces user",
		  false);
	must_have(profiling, profile_put_landlock, "deny_namespaces other",
		  true);
}

/* Of calls that were not recorded nothing is said. */
static void test_unknown_calls(void **state)
{
	struct profiling *profiling = *state;

	add(profiling, VERB_CONNECT, "inet:10.0.0.1:443", ECONNREFUSED);
	add(profiling, VERB_BIND, "unix:/run/me/s", 0);
	finish(profiling, false);
	must_have(profiling, profile_put_landlock, "families", false);
	must_have(profiling, profile_put_landlock, "deny_", false);
	must_have(profiling, profile_put_landlock, "port 443 connect_tcp\n",
		  true);
	must_have(profiling, profile_put_landlock, "path \"/run/me\"", true);
	must_have(profiling, profile_put_systemd, "SystemCallFilter=", false);
	must_have(profiling, profile_put_apparmor, "  network,\n", true);
	must_have(profiling, put_script, "--unshare-net", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_comment, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared_tmp, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_namespaces, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_unknown_calls, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
