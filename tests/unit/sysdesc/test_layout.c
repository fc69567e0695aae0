/*
 * Layouts: as the kernel's headers have them where this was built, as large as
 * they are elsewhere, and one for every structure of every call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <mqueue.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <termios.h>
#include <time.h>
#include <utime.h>

#include <linux/aio_abi.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/stat.h>

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include "base/array.h"
#include "sysdesc/layout.h"

/* ---- here ---- */

/* A structure of the headers: how long it is, and where a late field is. */
#define HERE(blob, type, field)                                                \
	{                                                                      \
		BLOB_##blob, #type, sizeof(type), #field,                      \
		    offsetof(type, field)                                      \
	}

/* Those that differ from what the C library has. */
struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t sa_mask;
};
struct kernel_termios {
	tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
	cc_t c_line;
	cc_t c_cc[19];
};

static const struct here {
	enum sysdesc_blob blob;
	const char *type;
	size_t size;
	const char *field;
	size_t offset;
} here[] = {
	HERE(TIMESPEC, struct timespec, tv_nsec),
	HERE(TIMEVAL, struct timeval, tv_usec),
	HERE(TIMEZONE, struct timezone, tz_dsttime),
	HERE(ITIMERVAL, struct itimerval, it_value),
	HERE(ITIMERSPEC, struct itimerspec, it_value),
	HERE(TIMEX, struct timex, tai),
	HERE(TMS, struct tms, tms_cstime),
	HERE(UTIMBUF, struct utimbuf, modtime),
	HERE(STAT, struct stat, st_blocks),
	HERE(STATX, struct statx, stx_mnt_id),
	HERE(STATFS, struct statfs, f_flags),
	HERE(OPEN_HOW, struct open_how, resolve),
	HERE(MOUNT_ATTR, struct mount_attr, userns_fd),
	HERE(FLOCK, struct flock, l_pid),
	HERE(OWNER_EX, struct f_owner_ex, pid),
	HERE(POLLFD, struct pollfd, revents),
	HERE(EPOLL_EVENT, struct epoll_event, data),
	HERE(IO_EVENT, struct io_event, res2),
	HERE(IOCB, struct iocb, aio_resfd),
	HERE(IO_URING_PARAMS, struct io_uring_params, cq_off),
	HERE(SIGACTION, struct kernel_sigaction, sa_mask),
	HERE(SIGINFO, siginfo_t, si_code),
	HERE(SIGEVENT, struct sigevent, sigev_notify),
	HERE(STACK, stack_t, ss_size),
	HERE(IOVEC, struct iovec, iov_len),
	HERE(MSGHDR, struct msghdr, msg_flags),
	HERE(RLIMIT, struct rlimit, rlim_max),
	HERE(RUSAGE, struct rusage, ru_nivcsw),
	HERE(CLONE_ARGS, struct clone_args, cgroup),
	HERE(SCHED_PARAM, struct sched_param, sched_priority),
	HERE(ROBUST_LIST, struct robust_list_head, list_op_pending),
	HERE(FUTEX_WAITV, struct futex_waitv, flags),
	HERE(CAP_HEADER, struct __user_cap_header_struct, pid),
	HERE(SOCK_FPROG, struct sock_fprog, filter),
	HERE(SOCK_FILTER, struct sock_filter, k),
	HERE(UTSNAME, struct utsname, machine),
	HERE(SYSINFO, struct sysinfo, mem_unit),
	HERE(SHMID_DS, struct shmid_ds, shm_nattch),
	HERE(SEMID_DS, struct semid_ds, sem_nsems),
	HERE(MSQID_DS, struct msqid_ds, msg_lrpid),
	HERE(SEMBUF, struct sembuf, sem_flg),
	HERE(SEMINFO, struct seminfo, semaem),
	HERE(MQ_ATTR, struct mq_attr, mq_curmsgs),
	HERE(TERMIOS, struct kernel_termios, c_cc),
	HERE(TERMIO, struct termio, c_cc),
	HERE(WINSIZE, struct winsize, ws_ypixel),
	HERE(IFREQ, struct ifreq, ifr_name),
};

static size_t offset_of(const struct sysdesc_layout *layout,
			enum sysdesc_abi abi, const char *name)
{
	struct sysdesc_walk walk = { .layout = layout, .abi = abi };
	const struct sysdesc_field *field;
	size_t offset, size;

	while ((field = sysdesc_walk(&walk, &offset, &size)))
		if (!strcmp(field->name, name))
			return offset;
	return SIZE_MAX;
}

static void test_here(void **state)
{
	enum sysdesc_abi abi = sysdesc_abi_native();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(here); i++) {
		const struct sysdesc_layout *layout =
		    sysdesc_layout(here[i].blob, abi);

		assert_non_null(layout);
		if (layout->size[abi] != here[i].size)
			fail_msg("%s: %u bytes, not %zu", here[i].type,
				 layout->size[abi], here[i].size);
		if (offset_of(layout, abi, here[i].field) != here[i].offset)
			fail_msg("%s.%s is at %zu, not %zu", here[i].type,
				 here[i].field,
				 offset_of(layout, abi, here[i].field),
				 here[i].offset);
	}
}

/* ---- elsewhere: what a compiler for that ABI says of the kernel's ---- */

static const struct there {
	enum sysdesc_blob blob;
	uint16_t i386; /* 0: has none */
	uint16_t x32;
	uint16_t aarch64;
} there[] = {
	{ BLOB_TIMESPEC, 8, 16, 16 },
	{ BLOB_TIMESPEC64, 16, 16, 16 },
	{ BLOB_TIMEVAL, 8, 16, 16 },
	{ BLOB_ITIMERVAL, 16, 32, 32 },
	{ BLOB_ITIMERSPEC64, 32, 32, 32 },
	{ BLOB_TIMEX, 128, 208, 208 },
	{ BLOB_TIMEX64, 208, 208, 208 },
	{ BLOB_TMS, 16, 32, 32 },
	{ BLOB_STAT, 64, 144, 128 },
	{ BLOB_STAT64, 96, 0, 0 },
	{ BLOB_OLD_STAT, 32, 0, 0 },
	{ BLOB_STATX, 256, 256, 256 },
	{ BLOB_STATFS, 64, 120, 120 },
	{ BLOB_STATFS64, 84, 0, 0 },
	{ BLOB_USTAT, 20, 32, 32 },
	{ BLOB_FLOCK, 16, 32, 32 },
	{ BLOB_FLOCK64, 24, 32, 32 },
	{ BLOB_EPOLL_EVENT, 12, 12, 16 },
	{ BLOB_IOCB, 64, 64, 64 },
	{ BLOB_IO_URING_PARAMS, 120, 120, 120 },
	{ BLOB_SIGSET, 8, 8, 8 },
	{ BLOB_OLD_SIGSET, 4, 4, 4 },
	{ BLOB_SIGACTION, 20, 20, 32 },
	{ BLOB_OLD_SIGACTION, 16, 0, 0 },
	{ BLOB_SIGINFO, 128, 128, 128 },
	{ BLOB_SIGEVENT, 64, 64, 64 },
	{ BLOB_STACK, 12, 12, 24 },
	{ BLOB_IOVEC, 8, 8, 16 },
	{ BLOB_MSGHDR, 28, 28, 56 },
	{ BLOB_RLIMIT, 8, 16, 16 },
	{ BLOB_RUSAGE, 72, 144, 144 },
	{ BLOB_CLONE_ARGS, 88, 88, 88 },
	{ BLOB_SCHED_ATTR, 56, 56, 56 },
	{ BLOB_ROBUST_LIST, 12, 12, 24 },
	{ BLOB_FUTEX_WAITV, 24, 24, 24 },
	{ BLOB_RSEQ, 32, 32, 32 },
	{ BLOB_USER_DESC, 16, 16, 16 },
	{ BLOB_CAP_DATA, 24, 24, 24 },
	{ BLOB_CAP_DATA_HALF, 12, 12, 12 },
	{ BLOB_SOCK_FPROG, 8, 8, 16 },
	{ BLOB_UTSNAME, 390, 390, 390 },
	{ BLOB_OLD_UTSNAME, 325, 0, 0 },
	{ BLOB_OLDOLD_UTSNAME, 45, 0, 0 },
	{ BLOB_SYSINFO, 64, 112, 112 },
	{ BLOB_SHMID_DS, 84, 112, 112 },
	{ BLOB_SEMID_DS, 64, 104, 88 },
	{ BLOB_MSQID_DS, 88, 120, 120 },
	{ BLOB_MQ_ATTR, 32, 64, 64 },
	{ BLOB_PERF_EVENT_ATTR, 136, 136, 136 },
	{ BLOB_KEXEC_SEGMENT, 16, 16, 32 },
	{ BLOB_TERMIO, 18, 18, 18 },
	{ BLOB_TERMIOS, 36, 36, 36 },
	{ BLOB_TERMIOS2, 44, 44, 44 },
	{ BLOB_IFREQ, 32, 32, 40 },
};

static void expect_size(enum sysdesc_blob blob, enum sysdesc_abi abi,
			unsigned size)
{
	const struct sysdesc_layout *layout = sysdesc_layout(blob, abi);
	unsigned is = layout ? layout->size[abi] : 0;

	if (is != size)
		fail_msg("blob %d (%s) of %s: %u bytes, not %u", blob,
			 layout ? layout->name : "none", sysdesc_abi_name(abi),
			 is, size);
}

static void test_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(there); i++) {
		expect_size(there[i].blob, SYSDESC_I386, there[i].i386);
		expect_size(there[i].blob, SYSDESC_X32, there[i].x32);
		expect_size(there[i].blob, SYSDESC_AARCH64, there[i].aarch64);
	}
	assert_null(sysdesc_layout(BLOB_NONE, SYSDESC_X86_64));
	assert_null(sysdesc_layout(BLOB_COUNT, SYSDESC_X86_64));
	assert_null(sysdesc_layout(BLOB_STAT, SYSDESC_ABI_UNKNOWN));
}

/* ---- all of them ---- */

static void expect_flat(const struct sysdesc_layout *layout)
{
	for (unsigned i = 0; i < layout->field_count; i++)
		assert_int_not_equal(layout->fields[i].type, TYPE_NESTED);
}

/* Walked from field to field it is as long as the compiler says. */
static void expect_walk(const struct sysdesc_layout *layout,
			enum sysdesc_abi abi)
{
	struct sysdesc_walk walk = { .layout = layout, .abi = abi };
	size_t end = 0, offset, size;
	const struct sysdesc_field *field;

	while ((field = sysdesc_walk(&walk, &offset, &size))) {
		if (field->type == TYPE_NESTED)
			expect_flat(sysdesc_layout_nested(field));
		assert_true(offset >= end && offset < end + 8);
		end = offset + size * field->count;
	}
	if (end > layout->size[abi] || end + 8 <= layout->size[abi])
		fail_msg("%s of %s: its fields end at %zu of %u", layout->name,
			 sysdesc_abi_name(abi), end, layout->size[abi]);
}

static void test_walk(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sysdesc_layout_count(); i++)
		for (unsigned abi = 0; abi < SYSDESC_ABI_COUNT; abi++)
			if (sysdesc_layout_at(i)->fields)
				expect_walk(sysdesc_layout_at(i),
					    (enum sysdesc_abi)abi);
}

/* Other readers take no other names for names. */
static void test_names(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";

	(void)state;
	for (unsigned i = 0; i < sysdesc_layout_count(); i++) {
		const char *name = sysdesc_layout_at(i)->name;

		assert_true(name[0]);
		assert_int_equal(strspn(name, letters), strlen(name));
	}
}

static void expect_layouts(const struct sysdesc_row *row, enum sysdesc_abi abi)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == KIND_BLOB &&
		    !sysdesc_layout((enum sysdesc_blob)row->arg[i].set, abi))
			fail_msg("%s of %s: argument %s has no layout",
				 row->name, sysdesc_abi_name(abi),
				 row->arg[i].name);
}

static void test_every_call(void **state)
{
	(void)state;
	for (unsigned abi = 0; abi < SYSDESC_ABI_COUNT; abi++)
		for (unsigned i = 0; i < sysdesc_count(); i++)
			if (sysdesc_number((enum sysdesc_abi)abi,
					   sysdesc_row(i)) >= 0)
				expect_layouts(sysdesc_row(i),
					       (enum sysdesc_abi)abi);
}

static void expect_commands(const struct sysdesc_row *row)
{
	const struct sysdesc_commands *those = sysdesc_commands(row);

	for (unsigned i = 0; those && i < those->count; i++) {
		const struct sysdesc_command *command = &those->commands[i];

		assert_true(command->arg < row->narg);
		assert_int_not_equal(row->arg[command->arg].kind, KIND_CMD);
		assert_non_null(sysdesc_layout((enum sysdesc_blob)command->blob,
					       SYSDESC_X86_64));
		assert_ptr_equal(sysdesc_command(those, command->value),
				 command);
	}
}

static void test_every_command(void **state)
{
	const struct sysdesc_row *ioctl = sysdesc_find(SYSDESC_X86_64, 16);

	(void)state;
	for (unsigned i = 0; i < sysdesc_count(); i++)
		expect_commands(sysdesc_row(i));
	assert_null(sysdesc_commands(sysdesc_find(SYSDESC_X86_64, 0)));
	assert_null(sysdesc_command(sysdesc_commands(ioctl), 0x12345678));
}

/* ---- by name ---- */

static void expect_found(const char *name, enum sysdesc_abi abi, size_t size,
			 enum sysdesc_blob blob)
{
	assert_ptr_equal(sysdesc_layout_find(name, abi, size),
			 sysdesc_layout(blob, abi));
}

static void test_find(void **state)
{
	(void)state;
	expect_found("stat", SYSDESC_X86_64, 144, BLOB_STAT);
	expect_found("stat", SYSDESC_I386, 64, BLOB_STAT);
	expect_found("stat", SYSDESC_I386, 96, BLOB_STAT64);
	expect_found("stat", SYSDESC_I386, 32, BLOB_OLD_STAT);
	expect_found("timespec", SYSDESC_I386, 8, BLOB_TIMESPEC);
	expect_found("timespec", SYSDESC_I386, 16, BLOB_TIMESPEC64);
	expect_found("open_how", SYSDESC_X86_64, 100, BLOB_OPEN_HOW);
	assert_null(sysdesc_layout_find("sta", SYSDESC_X86_64, 144));
	assert_null(sysdesc_layout_find("state", SYSDESC_X86_64, 144));
	assert_null(sysdesc_layout_find("stat", SYSDESC_ABI_UNKNOWN, 144));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_here),
		cmocka_unit_test(test_there),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_every_call),
		cmocka_unit_test(test_every_command),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
