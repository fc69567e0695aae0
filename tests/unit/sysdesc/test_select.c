/* The expression of --syscalls: what it chooses, and where it is wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "sysdesc/deeds.h"
#include "sysdesc/select.h"
#include "sysdesc/sysdesc.h"

static bool has(const struct select *select, const char *name)
{
	bool found = false;

	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (strcmp(row->name, name) != 0)
			continue;
		/* All shapes of a call go together. */
		if (found)
			assert_true(select_has(select, row));
		else if (!select_has(select, row))
			return false;
		found = true;
	}
	return found;
}

static unsigned size_of(const struct select *select)
{
	unsigned size = 0;

	for (unsigned i = 0; i < sysdesc_count(); i++)
		size += select_has(select, sysdesc_row(i));
	return size;
}

static const struct {
	const char *expression;
	const char *in;
	const char *out;
	bool unknown;
} choices[] = {
	{ "open", "open", "openat", false },
	{ "open,close", "close", "read", false },
	{ "clone", "clone", "clone3", false },
	{ "@network", "connect", "open", false },
	{ "@network,open", "open", "close", false },
	{ "@network,!connect", "bind", "connect", false },
	{ "@file,!@desc", "chdir", "openat", false },
	{ "!@file,openat", "openat", "open", true },
	{ "!@pure", "open", "getpid", true },
	{ "!getpid,getpid", "getpid", NULL, true },
	{ "all", "open", NULL, true },
	{ "all,!open", "close", "open", true },
	{ "!open", "close", "open", true },
	{ "!all", NULL, "open", false },
	{ "open,!all,close", "close", "open", false },
	{ "open,all", "close", NULL, true },
	{ "open,open", "open", "close", false },
	{ "_newselect", "_newselect", "select", false },
};

static void expressions_choose(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		struct select select;
		size_t at, length;

		assert_int_equal(
		    select_parse(&select, choices[i].expression, &at, &length),
		    0);
		if (choices[i].in)
			assert_true(has(&select, choices[i].in));
		if (choices[i].out)
			assert_false(has(&select, choices[i].out));
		assert_int_equal(select.unknown, choices[i].unknown);
		assert_int_equal(select_has(&select, NULL), choices[i].unknown);
	}
}

static const struct {
	const char *expression;
	size_t at;
	size_t length;
} faults[] = {
	{ "", 0, 0 },       { ",", 0, 0 },
	{ "!", 1, 0 },      { "@", 0, 1 },
	{ "nosuch", 0, 6 }, { "open,nosuch,close", 5, 6 },
	{ "open,", 5, 0 },  { "open,,close", 5, 0 },
	{ ",open", 0, 0 },  { "open,!nosuch", 6, 6 },
	{ "!!open", 1, 5 }, { "@nosuch", 0, 7 },
	{ "@all", 0, 4 },   { "network", 0, 7 },
	{ "open ", 0, 5 },  { "ope", 0, 3 },
	{ "OPEN", 0, 4 },   { "clone_tls", 0, 9 },
	{ "5", 0, 1 },
};

static void faults_are_found_where_they_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct select before, select;
		size_t at = 99, length = 99;

		memset(&before, 0x55, sizeof(before));
		memset(&select, 0x55, sizeof(select));
		assert_int_equal(
		    select_parse(&select, faults[i].expression, &at, &length),
		    -EINVAL);
		assert_int_equal(at, faults[i].at);
		assert_int_equal(length, faults[i].length);
		assert_memory_equal(&select, &before, sizeof(select));
	}
}

static void every_name_and_class_can_be_said(void **state)
{
	struct select select;
	char class[64] = "@";
	size_t at, length;

	(void)state;
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		assert_int_equal(select_parse(&select, row->name, &at, &length),
				 0);
		assert_true(has(&select, row->name));
		assert_true(size_of(&select) <= 2);
	}
	for (unsigned bit = 0; bit < SYSDESC_CLASS_COUNT; bit++) {
		strcpy(class + 1, sysdesc_class_name(bit));
		assert_int_equal(select_parse(&select, class, &at, &length), 0);
		for (unsigned i = 0; i < sysdesc_count(); i++)
			assert_int_equal(select_has(&select, sysdesc_row(i)),
					 sysdesc_row(i)->classes >> bit & 1);
	}
}

static void deeds_are_a_part_of_some(void **state)
{
	const struct sysdesc_row *map = sysdesc_find(SYSDESC_X86_64, 9);
	struct select select, other;
	size_t at, length;

	(void)state;
	assert_int_equal(select_parse(&select, "@deeds", &at, &length), 0);
	assert_true(select_has_deeds(&select));
	assert_true(select.unknown);
	assert_true(select_has(&select, map));
	assert_true(select_is_narrow(&select, map));
	for (unsigned i = 0; i < sysdesc_count(); i++)
		assert_int_equal(select_has(&select, sysdesc_row(i)),
				 deeds_has(sysdesc_row(i)));
	assert_int_equal(select_parse(&other, "@deeds,mmap", &at, &length), 0);
	assert_false(select_is_narrow(&other, map));
	assert_false(select_is_same(&select, &other));
	assert_int_equal(select_parse(&other, "mmap,@deeds", &at, &length), 0);
	assert_false(select_is_narrow(&other, map));
	assert_int_equal(select_parse(&other, "@deeds,!mmap", &at, &length), 0);
	assert_false(select_has(&other, map));
	assert_false(select_has_deeds(&other));
	assert_int_equal(select_parse(&other, "all,!@deeds", &at, &length), 0);
	assert_int_equal(size_of(&other) + size_of(&select), sysdesc_count());
	assert_false(other.unknown);
	select_all(&other);
	assert_true(select_has_deeds(&other));
}

/* In whichever rows have that name. */
static void must_be(bool (*is)(const struct sysdesc_row *), const char *name,
		    bool wanted)
{
	unsigned found = 0;

	for (unsigned i = 0; i < sysdesc_count(); i++) {
		if (strcmp(sysdesc_row(i)->name, name) != 0)
			continue;
		found++;
		if (is(sysdesc_row(i)) != wanted)
			fail_msg("%s", name);
	}
	assert_true(found > 0);
}

/* What a job does to the world, and what it does for itself. */
static void deeds_are_what_matters(void **state)
{
	static const char *const deeds[] = {
		"open",        "close",        "dup3",
		"rename",      "stat",         "mmap",
		"connect",     "kill",         "bpf",
		"execve",      "clone",        "pipe2",
		"setuid",      "ptrace",       "getdents64",
		"fchmod",      "socketpair",   "getsockopt",
		"mount",       "add_key",      "process_vm_writev",
		"prctl",       "memfd_create", "setns",
		"init_module", "sendmsg",      "pidfd_send_signal",
		"mremap",      "shmat",        "setpriority",
		"ioctl",       "adjtimex",     "mq_unlink",
		"shmget",      "semget",       "msgget",
	};
	static const char *const others[] = {
		"read",           "write",      "brk",      "futex",
		"lseek",          "fstat",      "mprotect", "munmap",
		"rt_sigaction",   "getpid",     "wait4",    "nanosleep",
		"rt_sigprocmask", "exit_group", "poll",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(deeds); i++)
		must_be(deeds_has, deeds[i], true);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		must_be(deeds_has, others[i], false);
	assert_true(deeds_has(NULL));
}

/* What asks is one, but for what gives a descriptor, or goes there. */
static void looks_change_nothing(void **state)
{
	static const char *const looks[] = {
		"stat",   "lstat",      "newfstatat", "statx",
		"access", "readlink",   "statfs",     "readlinkat",
		"getcwd", "faccessat2", "getxattr",   "stat64",
	};
	static const char *const others[] = {
		"open",       "openat",        "chdir",
		"getdents64", "rename",        "open_tree",
		"fstat",      "connect",       "execve",
		"utimensat",  "getsockopt",    "pivot_root",
		"close",      "mkdir",         "setxattr",
		"quotactl",   "fanotify_mark", "inotify_add_watch",
		"chroot",     "truncate",      "read",
	};
	struct select select, other;
	size_t at, length;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(looks); i++)
		must_be(deeds_is_look, looks[i], true);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		must_be(deeds_is_look, others[i], false);
	assert_false(deeds_is_look(NULL));
	assert_int_equal(select_parse(&select, "@deeds", &at, &length), 0);
	assert_true(select_has_looks(&select));
	assert_int_equal(select_parse(&select, "@deeds,!@looks", &at, &length),
			 0);
	assert_true(select_has_deeds(&select));
	assert_false(select_has_looks(&select));
	assert_int_equal(select_parse(&other, "@looks", &at, &length), 0);
	assert_false(select_has_deeds(&other));
	for (unsigned i = 0; i < sysdesc_count(); i++)
		assert_int_equal(select_has(&select, sysdesc_row(i)) +
				     select_has(&other, sysdesc_row(i)),
				 deeds_has(sysdesc_row(i)));
}

static void sets_are_filled_and_emptied(void **state)
{
	struct select select;

	(void)state;
	select_none(&select);
	assert_int_equal(size_of(&select), 0);
	assert_false(select.unknown);
	select_add(&select, sysdesc_row(64));
	assert_int_equal(size_of(&select), 1);
	assert_true(select_has(&select, sysdesc_row(64)));
	select_all(&select);
	assert_int_equal(size_of(&select), sysdesc_count());
	assert_true(select.unknown);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_choose),
		cmocka_unit_test(faults_are_found_where_they_are),
		cmocka_unit_test(every_name_and_class_can_be_said),
		cmocka_unit_test(deeds_are_a_part_of_some),
		cmocka_unit_test(deeds_are_what_matters),
		cmocka_unit_test(looks_change_nothing),
		cmocka_unit_test(sets_are_filled_and_emptied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
