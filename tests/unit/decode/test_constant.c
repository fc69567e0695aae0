/* Constants as text: known ones, unknown bits and values, each style. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/sysmacros.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/constant.h"
#include "sysdesc/constant.h"
#include "trace/record.h"

static struct text text;

static void must_be(const char *wanted)
{
	assert_string_equal(text_string(&text), wanted);
	text_clear(&text);
}

/* ---- values ---- */

#define FLAGS(set) KIND_FLAGS, FLAGSET_##set
#define ENUM(set)  KIND_ENUM, FLAGSET_##set

static const struct value_case {
	enum sysdesc_abi abi;
	uint8_t kind;
	uint8_t set;
	uint64_t value;
	const char *classic;
	const char *names;
} value_cases[] = {
	{ SYSDESC_X86_64, FLAGS(OPEN), 0x80000, "0x80000<O_RDONLY|O_CLOEXEC>",
	  "O_RDONLY|O_CLOEXEC" },
	{ SYSDESC_X86_64, FLAGS(OPEN), 0, "0<O_RDONLY>", "O_RDONLY" },
	{ SYSDESC_X86_64, FLAGS(OPEN), 0x80080000,
	  "0x80080000<O_RDONLY|O_CLOEXEC><invalid>2147483648",
	  "O_RDONLY|O_CLOEXEC|0x80000000" },
	{ SYSDESC_X86_64, FLAGS(OPEN), 3, "0x3<O_ACCMODE>", "O_ACCMODE" },
	{ SYSDESC_X86_64, FLAGS(OPEN), 0x10000, "0x10000<O_RDONLY|O_DIRECTORY>",
	  "O_RDONLY|O_DIRECTORY" },
	{ SYSDESC_AARCH64, FLAGS(OPEN), 0x10000, "0x10000<O_RDONLY|O_DIRECT>",
	  "O_RDONLY|O_DIRECT" },
	{ SYSDESC_ABI_UNKNOWN, FLAGS(OPEN), 0x10000,
	  "0x10000<O_RDONLY><invalid>65536", "O_RDONLY|0x10000" },
	{ SYSDESC_X86_64, FLAGS(OPEN), 0x410002, "0x410002<O_RDWR|O_TMPFILE>",
	  "O_RDWR|O_TMPFILE" },
	{ SYSDESC_X86_64, FLAGS(OPEN), 0x101001, "0x101001<O_WRONLY|O_SYNC>",
	  "O_WRONLY|O_SYNC" },
	{ SYSDESC_X86_64, FLAGS(OPEN), 0x1001, "0x1001<O_WRONLY|O_DSYNC>",
	  "O_WRONLY|O_DSYNC" },
	/* The kernel looks at 32 bits of it. */
	{ SYSDESC_X86_64, FLAGS(OPEN), 0xdead000000000001,
	  "0xdead000000000001<O_WRONLY>", "O_WRONLY" },
	/* and here at 64. */
	{ SYSDESC_X86_64, FLAGS(PROT), 0x100000001,
	  "0x100000001<PROT_READ><invalid>4294967296",
	  "PROT_READ|0x100000000" },
	{ SYSDESC_X86_64, FLAGS(PROT), 0, "0<PROT_NONE>", "PROT_NONE" },
	{ SYSDESC_X86_64, FLAGS(DUP), 0, "0", "0" },
	{ SYSDESC_X86_64, FLAGS(DUP), 1, "0x1<><invalid>1", "0x1" },
	{ SYSDESC_X86_64, FLAGS(SCHED_ATTR), 1, "0x1", "0x1" },
	{ SYSDESC_X86_64, FLAGS(MMAP), 0x22, "0x22<MAP_PRIVATE|MAP_ANONYMOUS>",
	  "MAP_PRIVATE|MAP_ANONYMOUS" },
	{ SYSDESC_X86_64, FLAGS(MMAP), 0x54040003,
	  "0x54040003<MAP_SHARED_VALIDATE|MAP_HUGETLB|MAP_HUGE_2MB>",
	  "MAP_SHARED_VALIDATE|MAP_HUGETLB|MAP_HUGE_2MB" },
	{ SYSDESC_X86_64, FLAGS(CLONE), 0x1200011,
	  "0x1200011<CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD>",
	  "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD" },
	{ SYSDESC_X86_64, FLAGS(CLONE), 0xff, "0xff<><invalid>255", "0xff" },
	{ SYSDESC_X86_64, FLAGS(SOCKET_TYPE), 0x80801,
	  "0x80801<SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC>",
	  "SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC" },
	{ SYSDESC_X86_64, FLAGS(QUOTACTL), 0x80000701,
	  "0x80000701<Q_GETQUOTA|GRPQUOTA>", "Q_GETQUOTA|GRPQUOTA" },
	{ SYSDESC_X86_64, FLAGS(SHMGET), 01600, "0x380<IPC_CREAT|0600>",
	  "IPC_CREAT|0600" },
	{ SYSDESC_X86_64, FLAGS(IOPRIO), 0x4007, "0x4007<IOPRIO_CLASS_BE|7>",
	  "IOPRIO_CLASS_BE|7" },
	{ SYSDESC_X86_64, FLAGS(MEMPOLICY), 0x8002,
	  "0x8002<MPOL_BIND|MPOL_F_STATIC_NODES>",
	  "MPOL_BIND|MPOL_F_STATIC_NODES" },
	{ SYSDESC_X86_64, FLAGS(PERSONALITY), 0xffffffff, "0xffffffff",
	  "0xffffffff" },
	{ SYSDESC_X86_64, FLAGS(PERSONALITY), 0x40008,
	  "0x40008<PER_LINUX32|ADDR_NO_RANDOMIZE>",
	  "PER_LINUX32|ADDR_NO_RANDOMIZE" },
	{ SYSDESC_X86_64, ENUM(SEEK), 2, "SEEK_END", "SEEK_END" },
	{ SYSDESC_X86_64, ENUM(SEEK), 99, "<invalid=99>", "0x63" },
	{ SYSDESC_X86_64, ENUM(SEEK), UINT64_MAX, "<invalid=-1>",
	  "0xffffffff" },
	{ SYSDESC_X86_64, ENUM(IPC_KEY), 0, "IPC_PRIVATE", "IPC_PRIVATE" },
	{ SYSDESC_X86_64, ENUM(IPC_KEY), 0x1234, "0x1234", "0x1234" },
	{ SYSDESC_X86_64, ENUM(KEYRING), 0xfffffffd, "KEY_SPEC_SESSION_KEYRING",
	  "KEY_SPEC_SESSION_KEYRING" },
	{ SYSDESC_X86_64, ENUM(KEYRING), UINT64_MAX, "KEY_SPEC_THREAD_KEYRING",
	  "KEY_SPEC_THREAD_KEYRING" },
	{ SYSDESC_X86_64, ENUM(FUTEX), 0x189,
	  "FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME",
	  "FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME" },
	{ SYSDESC_X86_64, ENUM(FUTEX), 0x1081, "FUTEX_WAKE_PRIVATE|0x1000",
	  "FUTEX_WAKE_PRIVATE|0x1000" },
	{ SYSDESC_X86_64, ENUM(FCNTL), 12, "<invalid=12>", "0xc" },
	{ SYSDESC_I386, ENUM(FCNTL), 12, "F_GETLK64", "F_GETLK64" },
	{ SYSDESC_X86_64, ENUM(IOCTL), 0x5401, "TCGETS", "TCGETS" },
	{ SYSDESC_X86_64, ENUM(IOCTL), 0x80086601, "FS_IOC_GETFLAGS",
	  "FS_IOC_GETFLAGS" },
	{ SYSDESC_I386, ENUM(IOCTL), 0x80046601, "FS_IOC_GETFLAGS",
	  "FS_IOC_GETFLAGS" },
	{ SYSDESC_X86_64, ENUM(IOCTL), 0x80044518,
	  "_IOC(_IOC_READ,0x45,0x18,0x4)", "_IOC(_IOC_READ, 0x45, 0x18, 0x4)" },
	{ SYSDESC_X86_64, ENUM(IOCTL), 0xffffffff,
	  "_IOC(_IOC_READ|_IOC_WRITE,0xff,0xff,0x3fff)",
	  "_IOC(_IOC_READ|_IOC_WRITE, 0xff, 0xff, 0x3fff)" },
	{ SYSDESC_X86_64, ENUM(IOCTL), 0, "_IOC(_IOC_NONE,0,0,0)",
	  "_IOC(_IOC_NONE, 0, 0, 0)" },
	{ SYSDESC_X86_64, KIND_MODE, 0, 0644,
	  "0644<S_IRUSR|S_IWUSR|S_IRGRP|S_IROTH>", "0644" },
	{ SYSDESC_X86_64, KIND_MODE, 0, 0100755,
	  "0100755<S_IFREG|S_IRWXU|S_IRGRP|S_IXGRP|S_IROTH|S_IXOTH>",
	  "S_IFREG|0755" },
	{ SYSDESC_X86_64, KIND_MODE, 0, 0, "0", "0" },
	{ SYSDESC_X86_64, KIND_MODE, 0, 0200000, "0200000<><invalid>65536",
	  "0x10000" },
	{ SYSDESC_X86_64, KIND_DEV, 0, 0x103, "0x103<makedev(0x1,0x3)>",
	  "makedev(0x1, 0x3)" },
	{ SYSDESC_X86_64, KIND_SIGNAL, 0, 9, "SIGKILL", "SIGKILL" },
	{ SYSDESC_X86_64, KIND_DIRFD, 0, (uint64_t)-100, "AT_FDCWD",
	  "AT_FDCWD" },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(value_cases); i++) {
		const struct value_case *its = &value_cases[i];
		const struct constant constant = {
			.value = its->value,
			.abi = its->abi,
			.kind = its->kind,
			.set = its->set,
		};

		constant_put(&text, &constant, CONSTANT_CLASSIC);
		must_be(its->classic);
		constant_put(&text, &constant, CONSTANT_NAMES);
		must_be(its->names);
	}
}

static void test_decimal(void **state)
{
	struct constant constant = { 0x80000, SYSDESC_X86_64, FLAGS(OPEN) };

	(void)state;
	constant_put(&text, &constant, CONSTANT_DECIMAL);
	must_be("524288<O_RDONLY|O_CLOEXEC>");
	constant = (struct constant){ 4242, SYSDESC_X86_64, ENUM(IPC_KEY) };
	constant_put(&text, &constant, CONSTANT_DECIMAL);
	must_be("4242");
}

static void test_devices(void **state)
{
	const uint64_t devices[] = { makedev(8, 1), makedev(0xabcde, 7),
				     makedev(1, 0xfffff) };
	struct constant constant = { .abi = SYSDESC_X86_64, .kind = KIND_DEV };
	char wanted[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
		snprintf(wanted, sizeof(wanted), "makedev(%#x, %#x)",
			 major(devices[i]), minor(devices[i]));
		constant.value = devices[i];
		constant_put(&text, &constant, CONSTANT_NAMES);
		must_be(wanted);
	}
}

static void test_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(value_cases); i++) {
		const struct value_case *its = &value_cases[i];
		const struct constant constant = {
			.value = its->value,
			.abi = its->abi,
			.kind = its->kind,
			.set = its->set,
		};
		/* Its text is more than a number, or it is a mode. */
		bool has_name = its->names[0] > '9';

		if (its->set == FLAGSET_IOCTL && its->names[0] == '_')
			has_name = false;
		if (its->kind != KIND_MODE)
			assert_int_equal(constant_is_named(&constant),
					 has_name);
	}
}

/* ---- there and back ---- */

static const struct sysdesc_constant *row_of(const struct sysdesc_set *set,
					     const char *name, size_t length)
{
	for (unsigned i = 0; i < set->count; i++)
		if (set->rows[i].form == FORM_NAME &&
		    strlen(set->rows[i].name) == length &&
		    !memcmp(set->rows[i].name, name, length) &&
		    sysdesc_constant_in(&set->rows[i], SYSDESC_X86_64))
			return &set->rows[i];
	return NULL;
}

/* What a text of names and numbers says; a PART's name is nobody's here. */
static uint64_t value_of(const struct sysdesc_set *set, const char *names)
{
	uint64_t value = 0;

	for (const char *at = names; *at; at += *at == '|') {
		size_t length = strcspn(at, "|");
		const struct sysdesc_constant *row = row_of(set, at, length);

		value |= row ? row->value : strtoull(at, NULL, 0);
		at += length;
	}
	return value;
}

static bool has_parts(const struct sysdesc_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		if (set->rows[i].form == FORM_PART)
			return true;
	return false;
}

static void expect_there_and_back(unsigned index, uint64_t value)
{
	const struct sysdesc_set *set =
	    sysdesc_set((enum sysdesc_flagset)index);
	const struct constant constant = {
		.value = value,
		.abi = SYSDESC_X86_64,
		.kind = KIND_FLAGS,
		.set = (uint8_t)index,
	};

	constant_put(&text, &constant, CONSTANT_NAMES);
	if (value_of(set, text_string(&text)) != value)
		fail_msg("set %u: %#jx became %s", index, (uintmax_t)value,
			 text_string(&text));
	text_clear(&text);
}

static void test_there_and_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FLAGSET_COUNT; i++) {
		const struct sysdesc_set *set =
		    sysdesc_set((enum sysdesc_flagset)i);
		uint64_t random = 88172645463325252;

		if (set->count == 0 || has_parts(set))
			continue;
		for (unsigned j = 0; j < set->count; j++)
			expect_there_and_back(i, set->rows[j].value);
		for (unsigned j = 0; j < 1000; j++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			expect_there_and_back(
			    i, set->width == 64 ? random : (uint32_t)random);
		}
	}
}

/* ---- arguments ---- */

static const struct argument_case {
	int64_t number; /* x86-64 */
	unsigned index;
	uint64_t args[6];
	const char *wanted; /* NULL: it has no names */
} argument_cases[] = {
	{ 257, 0, { (uint64_t)-100 }, "AT_FDCWD" },
	{ 257, 0, { 0xffffff9c }, "AT_FDCWD" },
	{ 257, 0, { 3 }, NULL },
	{ 257, 1, { 3, 0x1000 }, NULL },
	{ 257, 3, { 3, 0, 0x41, 0600 }, "0600" },
	{ 257, 3, { 3, 0, 0x410002, 0600 }, "0600" },
	{ 257, 3, { 3, 0, 0, 0x7ffe1234 }, NULL },
	{ 257, 6, { 0 }, NULL },
	{ 133, 2, { 0, 020600, 0x103 }, "makedev(0x1, 0x3)" },
	{ 133, 2, { 0, 010600, 0x103 }, NULL },
	/* socket */
	{ 41, 2, { 2, 1, 6 }, "IPPROTO_TCP" },
	{ 41, 2, { 16, 3, 0 }, "NETLINK_ROUTE" },
	{ 41, 2, { 17, 3, 0x300 }, "htons(ETH_P_ALL)" },
	{ 41, 2, { 1, 1, 0 }, NULL },
	/* setsockopt */
	{ 54, 2, { 3, 1, 2 }, "SO_REUSEADDR" },
	{ 54, 2, { 3, 6, 1 }, "TCP_NODELAY" },
	{ 54, 2, { 3, 41, 26 }, "IPV6_V6ONLY" },
	{ 54, 2, { 3, 9999, 1 }, NULL },
	/* fcntl */
	{ 72, 2, { 3, 2, 1 }, "FD_CLOEXEC" },
	{ 72, 2, { 3, 4, 0x801 }, "O_WRONLY|O_NONBLOCK" },
	{ 72, 2, { 3, 1030, 10 }, NULL },
	/* prctl */
	{ 157, 0, { 1, 9 }, "PR_SET_PDEATHSIG" },
	{ 157, 1, { 1, 9 }, "SIGKILL" },
	{ 157, 1, { 24, 21 }, "CAP_SYS_ADMIN" },
	{ 157, 2, { 47, 2, 0 }, "CAP_CHOWN" },
	{ 157, 1, { 15, 0x1000 }, NULL },
	/* kill, clock_gettime, ptrace */
	{ 62, 1, { 1, 15 }, "SIGTERM" },
	{ 62, 1, { 1, 0 }, NULL },
	{ 62, 1, { 1, 1000 }, NULL },
	{ 228, 0, { 1 }, "CLOCK_MONOTONIC" },
	{ 101,
	  3,
	  { 0x4206, 1, 0, 0x100001 },
	  "PTRACE_O_TRACESYSGOOD|PTRACE_O_EXITKILL" },
	{ 101, 3, { 7, 1, 0, 19 }, "SIGSTOP" },
};

static void test_arguments(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(argument_cases); i++) {
		const struct argument_case *its = &argument_cases[i];
		const struct sysdesc_row *row = sysdesc_find(SYSDESC_X86_64,
							     its->number);
		struct record record = { .kind = KTR_SYSCALL };
		struct constant constant;

		record.syscall.args = (const uint8_t *)its->args;
		record.syscall.narg = 6;
		if (constant_of(&record, row, SYSDESC_X86_64, its->index,
				&constant))
			constant_put(&text, &constant, CONSTANT_NAMES);
		else if (its->wanted)
			fail_msg("%s[%u] has no names", row->name, its->index);
		must_be(its->wanted ? its->wanted : "");
	}
}

/* A record may have fewer arguments than its call, or be of no known one. */
static void test_short(void **state)
{
	const uint64_t args[] = { 3, 4 };
	struct record record = { .kind = KTR_SYSCALL };
	struct constant constant;

	(void)state;
	record.syscall.args = (const uint8_t *)args;
	record.syscall.narg = 2;
	assert_false(constant_of(&record, NULL, SYSDESC_X86_64, 0, &constant));
	assert_true(constant_of(&record, sysdesc_find(SYSDESC_X86_64, 72),
				SYSDESC_X86_64, 1, &constant));
	/* The argument that decides is not there. */
	record.syscall.narg = 1;
	assert_false(constant_of(&record, sysdesc_find(SYSDESC_X86_64, 41),
				 SYSDESC_X86_64, 2, &constant));
}

static int done(void **state)
{
	(void)state;
	text_done(&text);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_decimal),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_is_named),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
