/*
 * The filter's verdict over all rows, all ABIs and several selections, in a
 * simulator; and what it stops in a real process.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/bpf.h"
#include "sysdesc/deeds.h"
#include "sysdesc/select.h"
#include "sysdesc/sysdesc.h"
#include "tracee/filter.h"

#define STOPS  (SECCOMP_RET_TRACE | FILTER_TRACE_DATA)
#define PASSES SECCOMP_RET_ALLOW

static uint32_t verdict_of(const struct filter *filter, uint32_t arch,
			   int64_t number, uint64_t first,
			   struct bpf_verdict *verdict)
{
	struct seccomp_data data = {
		.nr = (int)number,
		.arch = arch,
		.instruction_pointer = UINT64_C(0x5555deadbeef),
		.args = { first, UINT64_MAX, 1, 2, 3, 4 },
	};

	assert_int_equal(bpf_run(filter->code, filter->count, &data, verdict),
			 0);
	return verdict->action;
}

static uint32_t verdict(const struct filter *filter, uint32_t arch,
			int64_t number, uint64_t first)
{
	struct bpf_verdict ignored;

	return verdict_of(filter, arch, number, first, &ignored);
}

static uint32_t scmp_arch(enum sysdesc_abi abi)
{
	switch (abi) {
	case SYSDESC_X86_64:
		return SCMP_ARCH_X86_64;
	case SYSDESC_I386:
		return SCMP_ARCH_X86;
	case SYSDESC_X32:
		return SCMP_ARCH_X32;
	case SYSDESC_AARCH64:
		return SCMP_ARCH_AARCH64;
	case SYSDESC_ABI_UNKNOWN:
	case SYSDESC_FREEBSD:
	case SYSDESC_FREEBSD32:
	case SYSDESC_NETBSD:
	case SYSDESC_NETBSD32:
	case SYSDESC_OPENBSD:
	case SYSDESC_OPENBSD32:
		break;
	}
	fail();
	return 0;
}

/* The call of i386 that carries a call with a number of its own, or -1. */
static int carrier(enum sysdesc_abi abi, int64_t number)
{
	if (abi != SYSDESC_I386)
		return -1;
	if ((number >= 359 && number <= 373) || number == 337 || number == 345)
		return 102;
	return number >= 393 && number <= 402 ? 117 : -1;
}

static bool is_clone(const struct sysdesc_row *row)
{
	return row->effect == EFFECT_SPAWN && row->narg > 0;
}

static bool must_stop(enum sysdesc_abi abi, int64_t number,
		      const struct select *stops)
{
	const struct sysdesc_row *row = sysdesc_find(abi, number);
	int carries = carrier(abi, number);
	char *name;
	bool is_known;

	if (!row || select_has(stops, row) || row->effect == EFFECT_SPAWN3)
		return true;
	if (carries >= 0 && select_has(stops, sysdesc_find(abi, carries)))
		return true;
	name = seccomp_syscall_resolve_num_arch(scmp_arch(abi), (int)number);
	is_known = name != NULL;
	free(name);
	return !is_known;
}

/* It stops when it carries a call that is selected and has no number. */
static bool carries_selected(const struct sysdesc_row *row,
			     const struct select *stops)
{
	for (unsigned i = 0; i < sysdesc_inner_count(); i++)
		if (sysdesc_inner(i)->carrier == row &&
		    sysdesc_is_carried(sysdesc_inner(i)->row) &&
		    select_has(stops, sysdesc_inner(i)->row))
			return true;
	return false;
}

static void check_number(const struct filter *filter, enum sysdesc_abi abi,
			 int64_t number, const struct select *stops)
{
	const struct sysdesc_row *row = sysdesc_find(abi, number);
	uint32_t arch = sysdesc_audit_arch(abi);
	bool stop = must_stop(abi, number, stops);
	struct bpf_verdict result;
	uint32_t action = verdict_of(filter, arch, number, 0, &result);

	if (action != (stop ? STOPS : PASSES))
		fail_msg("%s %s (%lld): %#x with%s a stop wanted",
			 sysdesc_abi_name(abi), row ? row->name : "?",
			 (long long)number, action, stop ? "" : "out");
	if (row && (is_clone(row) || carries_selected(row, stops)))
		return;
	/* Only what hangs on the number alone gets into the kernel's bitmap. */
	if (action == PASSES)
		assert_true(result.is_constant);
	assert_int_equal(verdict(filter, arch, number, UINT64_MAX), action);
}

static void check_abi(const struct filter *filter, enum sysdesc_abi abi,
		      const struct select *stops)
{
	int64_t bit = abi == SYSDESC_X32 ? SYSDESC_X32_BIT : 0;

	for (int64_t i = 0; i < sysdesc_number_end(abi) + 64; i++)
		check_number(filter, abi, i | bit, stops);
}

static void check_selection(const struct select *stops)
{
	struct filter filter = { 0 };

	assert_int_equal(filter_compile_for(&filter, stops, SYSDESC_X86_64), 0);
	assert_in_range(filter.count, 1, BPF_MAXINSNS);
	check_abi(&filter, SYSDESC_X86_64, stops);
	check_abi(&filter, SYSDESC_I386, stops);
	check_abi(&filter, SYSDESC_X32, stops);
	filter_done(&filter);
	assert_int_equal(filter_compile_for(&filter, stops, SYSDESC_AARCH64),
			 0);
	check_abi(&filter, SYSDESC_AARCH64, stops);
	assert_int_equal(verdict(&filter, AUDIT_ARCH_X86_64, 39, 0), STOPS);
	filter_done(&filter);
	filter_done(&filter);
}

static void test_none_and_all(void **state)
{
	struct select stops;

	(void)state;
	select_none(&stops);
	check_selection(&stops);
	select_all(&stops);
	check_selection(&stops);
}

static void select_class(struct select *stops, uint32_t classes)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (sysdesc_row(i)->classes & classes)
			select_add(stops, sysdesc_row(i));
}

static void test_classes(void **state)
{
	struct select stops;

	(void)state;
	for (unsigned bit = 0; bit < SYSDESC_CLASS_COUNT; bit++) {
		select_none(&stops);
		select_class(&stops, 1u << bit);
		check_selection(&stops);
	}
}

/* The rows that one kind of argument or effect selects, as -t does. */
static void test_kinds(void **state)
{
	struct select stops;

	(void)state;
	for (unsigned kind = KIND_FD; kind <= KIND_ENVP; kind++) {
		select_none(&stops);
		for (unsigned i = 0; i < sysdesc_count(); i++)
			for (unsigned n = 0; n < sysdesc_row(i)->narg; n++)
				if (sysdesc_row(i)->arg[n].kind == kind)
					select_add(&stops, sysdesc_row(i));
		check_selection(&stops);
	}
}

/* Of some rows a part of the calls stop, in each ABI. */
static void check_part(const struct filter *filter, enum sysdesc_abi abi,
		       const struct sysdesc_row *row)
{
	static const uint64_t values[] = { 0,    1,    2,          3,     4,
					   5,    7,    8,          0x20,  0x22,
					   0x24, 1030, UINT32_MAX, 0x5412 };
	struct seccomp_data data = {
		.nr = (int)sysdesc_number(abi, row),
		.arch = sysdesc_audit_arch(abi),
	};
	struct bpf_verdict verdict;
	unsigned passed = 0;

	for (size_t i = 0; i < ARRAY_LEN(values) * ARRAY_LEN(values); i++) {
		uint64_t one = values[i % ARRAY_LEN(values)];
		uint64_t other = values[i / ARRAY_LEN(values)];
		const uint64_t args[6] = { other, one, one, other };
		bool is_deed = deeds_has_call(row, args);

		for (unsigned n = 0; n < ARRAY_LEN(args); n++)
			data.args[n] = args[n];
		assert_int_equal(
		    bpf_run(filter->code, filter->count, &data, &verdict), 0);
		/* All of those stop, and the recorder leaves others out. */
		if (verdict.action !=
		    (is_deed || deeds_is_by_command(row) ? STOPS : PASSES))
			fail_msg("%s %s: %#llx %#llx", sysdesc_abi_name(abi),
				 row->name, (unsigned long long)one,
				 (unsigned long long)other);
		passed += !is_deed;
	}
	assert_in_range(passed, 1, ARRAY_LEN(values) * ARRAY_LEN(values) - 1);
}

static unsigned check_parts(const struct filter *filter, enum sysdesc_abi abi,
			    const struct select *stops)
{
	unsigned count = 0;

	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (sysdesc_number(abi, row) < 0 ||
		    !select_is_narrow(stops, row))
			continue;
		check_part(filter, abi, row);
		count++;
	}
	return count;
}

static void test_deeds(void **state)
{
	struct filter filter = { 0 };
	struct select stops;
	size_t at, length;

	(void)state;
	assert_int_equal(select_parse(&stops, "@deeds", &at, &length), 0);
	assert_int_equal(filter_compile_for(&filter, &stops, SYSDESC_X86_64),
			 0);
	/* mmap and fcntl; mmap2, fcntl and fcntl64; ioctl; and four that set
	 * something of a process. */
	assert_int_equal(check_parts(&filter, SYSDESC_X86_64, &stops), 7);
	assert_int_equal(check_parts(&filter, SYSDESC_X32, &stops), 7);
	assert_int_equal(check_parts(&filter, SYSDESC_I386, &stops), 8);
	filter_done(&filter);
	assert_int_equal(filter_compile_for(&filter, &stops, SYSDESC_AARCH64),
			 0);
	assert_int_equal(check_parts(&filter, SYSDESC_AARCH64, &stops), 7);
	filter_done(&filter);
	/* Where all calls of such a row are wanted, all stop. */
	assert_int_equal(
	    select_parse(&stops,
			 "mmap,mmap2,fcntl,fcntl64,setpgid,"
			 "prlimit64,move_pages,migrate_pages,ioctl,"
			 "@deeds",
			 &at, &length),
	    0);
	check_selection(&stops);
}

/* Scattered sets: every third row, all but every seventh, and single ones. */
static void test_scattered(void **state)
{
	struct select stops;

	(void)state;
	for (unsigned step = 2; step < 8; step++) {
		for (unsigned rest = 0; rest < 2; rest++) {
			select_none(&stops);
			for (unsigned i = 0; i < sysdesc_count(); i++)
				if ((i % step == 0) == (rest == 0))
					select_add(&stops, sysdesc_row(i));
			check_selection(&stops);
		}
	}
	for (unsigned i = 0; i < sysdesc_count(); i += 29) {
		select_none(&stops);
		select_add(&stops, sysdesc_row(i));
		check_selection(&stops);
	}
}

/* What any libseccomp knows passes: 335 and 336 are younger than 450 is. */
static void test_hot_calls_pass(void **state)
{
	struct filter filter = { 0 };
	struct select stops;
	unsigned stopped = 0;

	(void)state;
	select_none(&stops);
	assert_int_equal(filter_compile_for(&filter, &stops, SYSDESC_X86_64),
			 0);
	for (int64_t i = 0; i <= 450; i++) {
		if (!sysdesc_find(SYSDESC_X86_64, i) || i == 335 || i == 336)
			continue;
		if (verdict(&filter, AUDIT_ARCH_X86_64, i, 0) == PASSES)
			continue;
		assert_int_equal(i, 435); /* clone3 */
		stopped++;
	}
	assert_int_equal(stopped, 1);
	filter_done(&filter);
}

static const int64_t unknown_numbers[] = {
	336,
	423,
	500,
	511,
	512,
	547,
	548,
	600,
	1000,
	0x3fffffff,
	-1,
	-2,
	INT32_MIN,
	SYSDESC_X32_BIT | 600,
	SYSDESC_X32_BIT | 1000,
	SYSDESC_X32_BIT | 0x20000000,
	0x7fffffff,
};

static void test_unknown(void **state)
{
	const uint32_t arches[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386 };
	struct filter filter = { 0 };
	struct select stops;

	(void)state;
	select_none(&stops);
	assert_int_equal(filter_compile_for(&filter, &stops, SYSDESC_X86_64),
			 0);
	for (size_t i = 0;
	     i < sizeof(unknown_numbers) / sizeof(unknown_numbers[0]); i++)
		for (unsigned n = 0; n < 2; n++) {
			int64_t number = unknown_numbers[i];
			enum sysdesc_abi abi = sysdesc_abi_of(arches[n],
							      (uint64_t)number);

			if (sysdesc_find(abi, number))
				continue;
			assert_int_equal(verdict(&filter, arches[n], number, 0),
					 STOPS);
		}
	/* The bit of x32 means nothing to i386. */
	assert_int_equal(
	    verdict(&filter, AUDIT_ARCH_I386, SYSDESC_X32_BIT | 1, 0), STOPS);
	filter_done(&filter);
}

static void test_foreign_arch(void **state)
{
	const uint32_t arches[] = {
		AUDIT_ARCH_ARM,     AUDIT_ARCH_AARCH64, AUDIT_ARCH_PPC64LE,
		AUDIT_ARCH_RISCV64, AUDIT_ARCH_S390X,   0,
		0xffffffff,
	};
	struct filter filter = { 0 };
	struct select stops;

	(void)state;
	select_none(&stops);
	assert_int_equal(filter_compile_for(&filter, &stops, SYSDESC_X86_64),
			 0);
	for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++)
		for (int64_t number = -1; number < 480; number++)
			assert_int_equal(verdict(&filter, arches[i], number, 0),
					 STOPS);
	filter_done(&filter);
	assert_int_equal(filter_compile_for(&filter, &stops, SYSDESC_AARCH64),
			 0);
	for (int64_t number = -1; number < 480; number++)
		assert_int_equal(verdict(&filter, AUDIT_ARCH_ARM, number, 0),
				 STOPS);
	filter_done(&filter);
	assert_int_equal(
	    filter_compile_for(&filter, &stops, SYSDESC_ABI_UNKNOWN), -EINVAL);
	assert_null(filter.code);
}

static const struct {
	uint64_t flags;
	uint32_t action;
} clones[] = {
	{ 0, PASSES },
	{ SIGCHLD, PASSES },
	{ CLONE_VM | CLONE_VFORK | SIGCHLD, PASSES },
	{ CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_FS, PASSES },
	{ CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, STOPS },
	{ CLONE_FS | SIGCHLD, STOPS },
	{ CLONE_UNTRACED, STOPS },
	{ CLONE_UNTRACED | SIGCHLD, STOPS },
	{ 0xffffffff, STOPS },
	{ 0xffffffff & ~CLONE_UNTRACED, PASSES },
	/* The kernel looks at the lower half. */
	{ UINT64_C(0xffffffff00000000), PASSES },
	{ UINT64_C(0x0080000000000011), PASSES },
	{ UINT64_C(0xffffffff00800000), STOPS },
};

static void check_clones(const struct filter *filter, enum sysdesc_abi abi,
			 bool is_selected)
{
	unsigned found = 0;

	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);
		int64_t number = sysdesc_number(abi, row);

		if (number < 0 || !is_clone(row))
			continue;
		found++;
		for (size_t n = 0; n < sizeof(clones) / sizeof(clones[0]); n++)
			assert_int_equal(
			    verdict(filter, sysdesc_audit_arch(abi), number,
				    clones[n].flags),
			    is_selected ? STOPS : clones[n].action);
	}
	assert_int_equal(found, 1);
}

static void test_clone(void **state)
{
	struct select stops;

	(void)state;
	for (unsigned is_selected = 0; is_selected < 2; is_selected++) {
		struct filter filter = { 0 };

		select_none(&stops);
		if (is_selected)
			select_class(&stops, CLASS_PROCESS);
		assert_int_equal(
		    filter_compile_for(&filter, &stops, SYSDESC_X86_64), 0);
		check_clones(&filter, SYSDESC_X86_64, is_selected);
		check_clones(&filter, SYSDESC_I386, is_selected);
		check_clones(&filter, SYSDESC_X32, is_selected);
		filter_done(&filter);
		assert_int_equal(
		    filter_compile_for(&filter, &stops, SYSDESC_AARCH64), 0);
		check_clones(&filter, SYSDESC_AARCH64, is_selected);
		filter_done(&filter);
	}
}

/*
 * The live part. The child makes these calls under a filter that stops
 * getppid() alone; those that stop are the ones that its tracer must see, in
 * this order. None of them does anything.
 */
struct live_call {
	long number;
	long first;
	bool stops;
};
static const struct live_call live_calls[] = {
	{ SYS_getpid, 0, false },
	{ SYS_getppid, 0, true },
	{ SYS_close, -1, false },
	/* Refused: a thread without CLONE_SIGHAND. */
	{ SYS_clone, CLONE_THREAD | CLONE_FS, false },
	{ SYS_clone, CLONE_THREAD, true },
	{ SYS_clone, CLONE_THREAD | CLONE_FS | CLONE_UNTRACED, true },
	{ SYS_clone3, 0, true },
	{ 1000, 0, true },
	{ SYS_getppid, 0, true },
	{ SYS_getuid, 0, false },
};
#define LIVE_CALL_COUNT (sizeof(live_calls) / sizeof(live_calls[0]))

/* Waits for its tracer, then makes the calls. Ends with the filter's errno. */
static void live_child(int gate, const struct filter *filter)
{
	char byte;
	int r;

	if (read(gate, &byte, 1) != 1)
		_exit(255);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(254);
	r = filter_install(filter);
	if (r < 0)
		_exit(-r);
	for (size_t i = 0; i < LIVE_CALL_COUNT; i++)
		syscall(live_calls[i].number, live_calls[i].first, 0, 0, 0, 0,
			0);
	_exit(0);
}

/* Checks the stop of a child for its place in the list. */
static void check_stop(pid_t child, int status, size_t *next)
{
	struct __ptrace_syscall_info info = { 0 };
	unsigned long data = 0;

	assert_true(WIFSTOPPED(status));
	assert_int_equal(status >> 8, SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
	while (*next < LIVE_CALL_COUNT && !live_calls[*next].stops)
		(*next)++;
	assert_true(*next < LIVE_CALL_COUNT);
	assert_int_equal(ptrace(PTRACE_GETEVENTMSG, child, 0, &data), 0);
	assert_int_equal(data, FILTER_TRACE_DATA);
	assert_true(
	    ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) > 0);
	assert_int_equal(info.op, PTRACE_SYSCALL_INFO_SECCOMP);
	assert_int_equal(info.seccomp.nr, live_calls[*next].number);
	assert_int_equal(info.seccomp.args[0],
			 (uint64_t)live_calls[*next].first);
	(*next)++;
}

/* The exit status of a child, all stops of which have been checked. */
static int follow_child(pid_t child, size_t *ret_next)
{
	int status;

	for (;;) {
		assert_int_equal(waitpid(child, &status, __WALL), child);
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		check_stop(child, status, ret_next);
		assert_int_equal(ptrace(PTRACE_CONT, child, 0, 0), 0);
	}
}

static void end_child(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, __WALL);
}

static void test_live(void **state)
{
	struct filter filter = { 0 };
	struct select stops;
	size_t next = 0;
	int gate[2];
	int status;
	pid_t child;

	(void)state;
	select_none(&stops);
	select_add(&stops, sysdesc_find(sysdesc_abi_native(), SYS_getppid));
	assert_int_equal(filter_compile(&filter, &stops), 0);
	assert_int_equal(pipe(gate), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		live_child(gate[0], &filter);
	if (ptrace(PTRACE_SEIZE, child, 0,
		   PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) < 0) {
		print_message("ptrace is refused here: %s\n", strerror(errno));
		end_child(child);
		filter_done(&filter);
		skip();
	}
	assert_int_equal(write(gate[1], "", 1), 1);
	status = follow_child(child, &next);
	close(gate[0]);
	close(gate[1]);
	filter_done(&filter);
	if (status == EPERM || status == EACCES || status == ENOSYS) {
		print_message("seccomp is refused here: %s\n",
			      strerror(status));
		skip();
	}
	assert_int_equal(status, 0);
	while (next < LIVE_CALL_COUNT && !live_calls[next].stops)
		next++;
	assert_int_equal(next, LIVE_CALL_COUNT);
}

/* In a child, so that nothing of it stays: 0 when all is as it should be. */
static int check_is_free(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	bool had = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;

	if (syscall(SYS_capset, &header, data) < 0)
		return 1;
	if (filter_is_free() != had)
		return 2;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 3;
	return filter_is_free() ? 0 : 4;
}

static void test_is_free(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0)
		_exit(check_is_free());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* CAP_SYS_ADMIN makes it free, if what gains privilege keeps it under us. */
static void test_is_free_with_capability(void **state)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	uint32_t had;

	(void)state;
	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	if (!(data[0].effective & (1u << CAP_SYS_ADMIN)) ||
	    !(data[0].effective & (1u << CAP_SYS_PTRACE))) {
		print_message("needs CAP_SYS_ADMIN and CAP_SYS_PTRACE\n");
		skip();
	}
	assert_true(filter_is_free());
	had = data[0].effective;
	data[0].effective &= ~(1u << CAP_SYS_PTRACE);
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
	assert_int_equal(filter_is_free(),
			 prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	data[0].effective = had;
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_and_all),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_deeds),
		cmocka_unit_test(test_scattered),
		cmocka_unit_test(test_hot_calls_pass),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_foreign_arch),
		cmocka_unit_test(test_clone),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_is_free),
		cmocka_unit_test(test_is_free_with_capability),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
