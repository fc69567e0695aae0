/*
 * Who may trace whom, tried: each refusal names the rule that refuses, changes
 * nothing, and what root has set only root takes away.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <grp.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/proc.h"
#include "support/attach.h"
#include "support/control.h"
#include "support/status.h"
#include "support/trace.h"

#define ANOTHER_UID   1000
#define ANOTHER_GROUP 12345

static const char *const cat[] = { "cat", NULL };

static void start(struct control_target *ret, const struct run_place *place)
{
	struct run_spec spec = { .argv = cat };

	control_start(ret, place, &spec);
}

/* A place of an ordinary user, where root can be asked as well. */
static void place_of_two(struct run_place *ret)
{
	control_place(ret, RUN_AS_ORDINARY);
	if (ret->drops)
		return;
	run_place_close(ret);
	printf("skipped: only root is more than one user\n");
	skip();
}

#define BY_ROOT "root traces it, and only root may change that"

static void must_be_roots(const struct run_place *user, pid_t pid)
{
	control_must_refuse(user, "-t c -f mine -p", pid, BY_ROOT);
	control_must_refuse(user, "-c -t c -p", pid, BY_ROOT);
	control_must_refuse(user, "-c -p", pid, BY_ROOT);
}

/* ---- what root has set ---- */

/* (G34) */
static void test_roots(void **state)
{
	struct run_place user, root;
	struct control_target target;
	pid_t pid;

	(void)state;
	place_of_two(&user);
	root = control_place_of(&user, 0);
	start(&target, &user);
	pid = target.child.pid;
	control_do(&root, "-t s -f roots -p", pid);
	must_be_roots(&user, pid);
	control_do(&root, "-a -t c -f roots -p", pid);
	control_do(&root, "-c -t s -p", pid);
	control_must_record(&root, pid, "c");
	must_be_roots(&user, pid);
	control_do(&root, "-c -p", pid);
	control_must_be_free(pid);
	control_do(&user, "-t n -f mine -p", pid);
	control_must_record(&user, pid, "n");
	control_do(&user, "-c -p", pid);
	control_must_be_free(pid);
	control_finish(&target);
	run_place_close(&user);
}

/* Root adds to what the user has set, and has it then. (G34, G35) */
static void test_roots_addition(void **state)
{
	struct run_place user, root;
	struct control_target target;
	pid_t pid, recorder;

	(void)state;
	place_of_two(&user);
	root = control_place_of(&user, 0);
	start(&target, &user);
	pid = target.child.pid;
	control_do(&user, "-t s -f mine -p", pid);
	recorder = status_tracer(pid);
	control_do(&root, "-t c -f roots -p", pid);
	assert_int_equal(status_tracer(pid), recorder);
	control_must_record(&root, pid, "cs");
	must_be_roots(&user, pid);
	control_do(&root, "-c -t c -p", pid);
	must_be_roots(&user, pid);
	control_do(&root, "-c -p", pid);
	control_do(&user, "-t s -f mine -p", pid);
	control_finish(&target);
	run_place_close(&user);
}

/* A child has what its parent has. (G34) */
static void test_roots_child(void **state)
{
	static const char *const argv[] = { "sh", "-c",
					    "read x; echo $x; cat; exit 0",
					    NULL };
	struct run_spec spec = { .argv = argv };
	struct run_place user, root;
	struct control_target target;
	pid_t child;

	(void)state;
	place_of_two(&user);
	root = control_place_of(&user, 0);
	control_start(&target, &user, &spec);
	control_do(&root, "-i -t s -f roots -p", target.child.pid);
	control_say(&target, "go");
	control_say(&target, "on");
	child = attach_child_of(target.child.pid);
	must_be_roots(&user, child);
	control_do(&root, "-c -p", target.child.pid);
	control_do(&user, "-c -p", target.child.pid);
	must_be_roots(&user, child);
	control_finish(&target);
	run_place_close(&user);
}

/* A group of two, with a recorder each: neither answers for the other's. (G20,
 * G21) */
static void test_roots_group(void **state)
{
	static const char *const argv[] = { "sh", "-c", "cat; exit 0", NULL };
	struct run_spec spec = { .argv = argv };
	struct run_place user, root;
	struct control_target target;
	pid_t pid, child;

	(void)state;
	place_of_two(&user);
	root = control_place_of(&user, 0);
	control_start(&target, &user, &spec);
	control_say(&target, "there");
	pid = target.child.pid;
	child = attach_child_of(pid);
	control_do(&root, "-t s -f one -p", pid);
	control_do(&root, "-t s -f two -p", child);
	control_must_refuse(&user, "-c -g", pid, BY_ROOT);
	control_do(&root, "-c -p", pid);
	control_do(&user, "-c -g", pid);
	control_must_record(&root, child, "s");
	control_do(&root, "-c -g", pid);
	control_must_be_free(child);
	control_finish(&target);
	run_place_close(&user);
}

/* One file, of which one process is root's: the other is cleared. */
static void test_roots_file(void **state)
{
	struct control_target mine, roots;
	struct run_place user, root;
	char script[2 * PATH_MAX];
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_result result;

	(void)state;
	place_of_two(&user);
	root = control_place_of(&user, 0);
	start(&mine, &user);
	start(&roots, &user);
	control_do(&user, "-t s -f one -p", mine.child.pid);
	snprintf(script, sizeof(script), "exec %s -t s --fd 3 -p %d 3>>one",
		 root.ktrace, roots.child.pid);
	assert_int_equal(run_program(&result, &root, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	control_must_refuse(&user, "-c -f one", 0,
			    "cannot clear all into one: " BY_ROOT);
	control_must_be_free(mine.child.pid);
	control_must_record(&root, roots.child.pid, "s");
	control_do(&root, "-c -f one", 0);
	control_must_be_free(roots.child.pid);
	control_finish(&mine);
	control_finish(&roots);
	run_place_close(&user);
}

/* All that one may clear, in a world where nobody else is hurt by it. */
#define CLEAR_ALL                                                              \
	"user='setpriv --reuid=65534 --regid=65534 --clear-groups'\n"          \
	"$user sleep 1000 & mine=$!\n"                                         \
	"$user sleep 1000 & also=$!\n"                                         \
	"$user sleep 1000 & roots=$!\n"                                        \
	"for pid in $mine $also $roots; do\n"                                  \
	"until grep -q sleep /proc/$pid/comm; do :; done; done\n"              \
	"$user $1 -f one -p $mine && $user $1 -f two -p $also &&\n"            \
	"$1 -f three -p $roots && $user $1 -C || exit 1\n"                     \
	"traced() { sed -n 's/^TracerPid:[^0-9]*//p' /proc/$1/status; }\n"     \
	"echo $(traced $mine) $(traced $also)\n"                               \
	"test $(traced $roots) != 0 && $1 -C || exit 1\n"                      \
	"echo $(traced $roots)\n"                                              \
	"kill $mine $also $roots\n"

static void test_all_mine(void **state)
{
	struct run_place user, root;
	const char *const argv[] = { "unshare",      "--pid", "--fork",
				     "--mount-proc", "sh",    "./all",
				     root.ktrace,    NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_result result;

	(void)state;
	place_of_two(&user);
	root = control_place_of(&user, 0);
	assert_int_equal(run_place_put(&root, "all", CLEAR_ALL, 0644), 0);
	assert_int_equal(run_program(&result, &root, &spec), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.err), "");
	assert_string_equal(text_string(&result.out), "0 0\n0\n");
	run_result_done(&result);
	run_place_close(&user);
}

/* ---- those of others ---- */

#define NOT_YOURS "user ids are not all yours: try as its user, or as root"

/* (G32) */
static void test_another_user(void **state)
{
	struct run_place user, other;
	struct control_target target;
	pid_t pid;

	(void)state;
	place_of_two(&user);
	other = control_place_of(&user, ANOTHER_UID);
	start(&target, &other);
	pid = target.child.pid;
	control_must_refuse(&user, "-p", pid, "it belongs to another user");
	control_must_refuse(&user, "-c -p", pid, NOT_YOURS);
	control_do(&other, "-t s -f theirs -p", pid);
	control_must_refuse(&user, "-p", pid, NOT_YOURS);
	control_must_refuse(&user, "-c -p", pid, NOT_YOURS);
	control_must_refuse(&user, "--rules=netbsd -c -p", pid,
			    "are not your effective one (NetBSD's rules)");
	control_must_record(&other, pid, "s");
	control_finish(&target);
	run_place_close(&user);
}

/* A process as the place's user that no exec made dumpable, or that has a group
 * more than they. */
static pid_t start_odd(const struct run_place *place, bool has_group)
{
	gid_t group = ANOTHER_GROUP;
	char comm[KTR_COMM_SIZE] = { 0 };
	pid_t pid = fork();

	if (pid == 0) {
		if (setgroups(has_group, &group) || setgid(place->gid) ||
		    setuid(place->uid) || prctl(PR_SET_DUMPABLE, has_group) ||
		    prctl(PR_SET_PDEATHSIG, SIGKILL))
			_exit(1);
		execlp(has_group ? "sleep" : "/nonexistent", "sleep", "1000",
		       NULL);
		prctl(PR_SET_NAME, "sleep");
		pause();
	}
	while (strcmp(comm, "sleep"))
		assert_int_equal(proc_comm(pid, comm), 0);
	status_await(pid, 'S');
	return pid;
}

static void end_odd(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* (G32) */
static void test_another_group(void **state)
{
	struct run_place user, root;
	pid_t pid;

	(void)state;
	place_of_two(&user);
	root = control_place_of(&user, 0);
	pid = start_odd(&user, true);
	control_must_refuse(&user, "-p", pid, "has a group that you do not");
	control_must_refuse(&user, "-c -p", pid, "has a group that you do not");
	control_do(&user, "--rules=netbsd -f mine -p", pid);
	control_must_refuse(&user, "-c -p", pid, "has a group that you do not");
	control_do(&user, "--rules=netbsd -c -p", pid);
	control_do(&root, "-f roots -p", pid);
	control_do(&root, "-c -p", pid);
	control_must_be_free(pid);
	end_odd(pid);
	run_place_close(&user);
}

static void test_undumpable(void **state)
{
	struct run_place user, root;
	pid_t pid;

	(void)state;
	place_of_two(&user);
	root = control_place_of(&user, 0);
	pid = start_odd(&user, false);
	control_must_refuse(&user, "-p", pid, "it may not be looked into");
	control_must_refuse(&user, "-c -p", pid, "may not be dumped");
	control_do(&root, "-f roots -p", pid);
	control_must_refuse(&user, "-p", pid, BY_ROOT);
	control_do(&root, "-c -p", pid);
	control_must_be_free(pid);
	end_odd(pid);
	run_place_close(&user);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_roots_addition),
		cmocka_unit_test(test_roots_child),
		cmocka_unit_test(test_roots_file),
		cmocka_unit_test(test_roots_group),
		cmocka_unit_test(test_all_mine),
		cmocka_unit_test(test_another_user),
		cmocka_unit_test(test_another_group),
		cmocka_unit_test(test_undumpable),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("permission", tests, NULL, NULL);
}
