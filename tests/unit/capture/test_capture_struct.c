/*
 * STRUCT and STRUCT_ARRAY: which, when, of how many bytes. Rows of the four
 * kernels: G38.
 */
#include "fake.h"

#include <errno.h>

#include "base/array.h"

#define AT    UINT64_C(0x10000)
#define OTHER UINT64_C(0x20000)
#define THIRD UINT64_C(0x30000)
#define NAME  UINT64_C(0x40000)

enum number {
	STAT = 4,
	POLL = 7,
	RT_SIGACTION = 13,
	RT_SIGPROCMASK = 14,
	IOCTL = 16,
	SELECT = 23,
	NANOSLEEP = 35,
	CONNECT = 42,
	ACCEPT = 43,
	RECVMSG = 47,
	SEMCTL = 66,
	FCNTL = 72,
	GETGROUPS = 115,
	MODIFY_LDT = 154,
	PRCTL = 157,
	PSELECT6 = 270,
	PERF_EVENT_OPEN = 298,
	IO_SUBMIT = 209,
	UTIMENSAT = 280,
	RECVMMSG = 299,
	WAIT4 = 61,
	CLOCK_NANOSLEEP = 230,
	WAITID = 247,
	PPOLL = 271,
	I386_WAITPID = 7,
	I386_SOCKETCALL = 102,
	I386_NANOSLEEP = 162,
};

static struct fake *fake_call(enum sysdesc_abi abi, int64_t number)
{
	struct fake *fake = fake_new(sysdesc_find(abi, number));

	assert_non_null(fake->call.row);
	fake->policy.facilities = KTRFAC(KTR_STRUCT) | KTRFAC(KTR_STRUCT_ARRAY);
	fake->call.abi = (uint8_t)abi;
	fake->call.word = (uint8_t)sysdesc_word(abi);
	fake->call.number = number;
	return fake;
}

static void expect_struct(const struct fake *fake, unsigned index,
			  const char *name, const void *data, size_t length)
{
	uint8_t wanted[512];
	size_t head = strlen(name) + 1;

	assert_true(head + length <= sizeof(wanted));
	memcpy(wanted, name, head);
	if (length > 0)
		memcpy(wanted + head, data, length);
	fake_assert_record(fake, index, KTR_STRUCT, wanted, head + length);
}

static void expect_array(const struct fake *fake, unsigned index,
			 const char *name, uint64_t size, const void *data,
			 size_t count)
{
	uint8_t wanted[512];
	size_t head = sizeof(size) + strlen(name) + 1;

	assert_true(head + size * count <= sizeof(wanted));
	memcpy(wanted, &size, sizeof(size));
	memcpy(wanted + sizeof(size), name, strlen(name) + 1);
	if (count > 0)
		memcpy(wanted + head, data, size * count);
	fake_assert_record(fake, index, KTR_STRUCT_ARRAY, wanted,
			   head + size * count);
}

/* G38: the name, a NUL and the data; what goes in at the entry. */
static void test_in(void **state)
{
	static const uint64_t time[2] = { 5, 6 };
	struct fake *fake = fake_call(SYSDESC_X86_64, NANOSLEEP);

	(void)state;
	fake_map(fake, AT, time, sizeof(time));
	fake->call.args[0] = AT;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	expect_struct(fake, 0, "timespec", time, sizeof(time));
	fake_exit(fake, 0);
	assert_int_equal(fake->records, 1);
	fake_free(fake);
}

static void test_in_of_i386(void **state)
{
	static const uint32_t time[2] = { 5, 6 };
	struct fake *fake = fake_call(SYSDESC_I386, I386_NANOSLEEP);

	(void)state;
	fake_map(fake, AT, time, sizeof(time));
	fake->call.args[0] = UINT64_C(0xffffffff00000000) | AT;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	expect_struct(fake, 0, "timespec", time, sizeof(time));
	fake_free(fake);
}

/* G38: what comes out, only after success. */
static void test_out(void **state)
{
	static const uint8_t stat[144] = { 1, 2, [143] = 9 };

	(void)state;
	for (int success = 0; success < 2; success++) {
		struct fake *fake = fake_call(SYSDESC_X86_64, STAT);

		fake_map(fake, AT, stat, sizeof(stat));
		fake->call.args[1] = AT;
		fake_entry(fake);
		assert_int_equal(fake->records, 0);
		fake_exit(fake, success ? 0 : -ENOENT);
		assert_int_equal(fake->records, success);
		if (success)
			expect_struct(fake, 0, "stat", stat, sizeof(stat));
		fake_free(fake);
	}
}

/* Where the kernel has written nothing, the program's bytes are no result. */
static void test_out_unless_written(void **state)
{
	enum {
		ERESTARTNOHAND = 514,
		ERESTART_RESTARTBLOCK = 516,
	};
	static const uint8_t bytes[144] = { 1, [143] = 9 };
	static const uint8_t nobody[128];
	static const struct {
		enum sysdesc_abi abi;
		int64_t number;
		unsigned arg;
		const void *found; /* where argument 2 points */
		int64_t result;
		const char *name; /* NULL: no record */
		size_t length;
	} rows[] = {
		{ SYSDESC_X86_64, NANOSLEEP, 1, NULL, 0, NULL, 0 },
		{ SYSDESC_X86_64, NANOSLEEP, 1, NULL, -EINVAL, NULL, 0 },
		{ SYSDESC_X86_64, NANOSLEEP, 1, NULL, -ERESTART_RESTARTBLOCK,
		  "timespec", 16 },
		{ SYSDESC_I386, I386_NANOSLEEP, 1, NULL, 0, NULL, 0 },
		{ SYSDESC_I386, I386_NANOSLEEP, 1, NULL, -ERESTART_RESTARTBLOCK,
		  "timespec", 8 },
		{ SYSDESC_X86_64, CLOCK_NANOSLEEP, 3, NULL, 0, NULL, 0 },
		/* Until a moment: nothing is left. */
		{ SYSDESC_X86_64, CLOCK_NANOSLEEP, 3, NULL, -ERESTARTNOHAND,
		  NULL, 0 },
		{ SYSDESC_X86_64, CLOCK_NANOSLEEP, 3, NULL,
		  -ERESTART_RESTARTBLOCK, "timespec", 16 },
		{ SYSDESC_X86_64, WAIT4, 1, NULL, 0, NULL, 0 },
		{ SYSDESC_X86_64, WAIT4, 3, NULL, 0, NULL, 0 },
		{ SYSDESC_X86_64, WAIT4, 1, NULL, 7, "wait_status", 4 },
		{ SYSDESC_X86_64, WAIT4, 3, NULL, 7, "rusage", 144 },
		{ SYSDESC_I386, I386_WAITPID, 1, NULL, 0, NULL, 0 },
		{ SYSDESC_I386, I386_WAITPID, 1, NULL, 7, "wait_status", 4 },
		{ SYSDESC_X86_64, WAITID, 4, nobody, 0, NULL, 0 },
		{ SYSDESC_X86_64, WAITID, 4, bytes, 0, "rusage", 144 },
		{ SYSDESC_X86_64, WAITID, 4, NULL, 0, "rusage", 144 },
		{ SYSDESC_X86_64, SELECT, 4, NULL, 0, "timeval", 16 },
		{ SYSDESC_X86_64, SELECT, 4, NULL, -EBADF, NULL, 0 },
		{ SYSDESC_X86_64, SELECT, 4, NULL, -ERESTARTNOHAND, "timeval",
		  16 },
		{ SYSDESC_X86_64, PPOLL, 2, NULL, -ERESTARTNOHAND, "timespec",
		  16 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake *fake = fake_call(rows[i].abi, rows[i].number);
		unsigned before;

		fake_map(fake, AT, bytes, sizeof(bytes));
		if (rows[i].found) {
			fake_map(fake, OTHER, rows[i].found, sizeof(nobody));
			fake->call.args[2] = OTHER;
		}
		fake->call.args[rows[i].arg] = AT;
		fake_entry(fake);
		before = fake->records;
		fake_exit(fake, rows[i].result);
		if (rows[i].name)
			expect_struct(fake, fake->records - 1, rows[i].name,
				      bytes, rows[i].length);
		assert_int_equal(fake->records - before,
				 (rows[i].name != NULL) +
				     (rows[i].found != NULL));
		fake_free(fake);
	}
}

/* G38: what cannot be read, and a pointer to nothing, make no record. */
static void test_unreadable(void **state)
{
	static const uint8_t stat[143];
	struct fake *fake = fake_call(SYSDESC_X86_64, STAT);

	(void)state;
	fake_map(fake, AT, stat, sizeof(stat));
	fake->call.args[1] = AT;
	fake_exit(fake, 0);
	assert_int_equal(fake->records, 0);
	assert_int_equal(fake->cancelled, 1);
	fake->call.args[1] = 0;
	fake_exit(fake, 0);
	assert_int_equal(fake->records, 0);
	assert_int_equal(fake->cancelled, 1);
	fake_free(fake);
}

/* G38: items as many as fit, but one at least; of none, the name alone. */
static void test_array(void **state)
{
	static const uint64_t polled[4] = { 3, 4, 5, 6 };
	static const struct {
		uint64_t given;
		uint32_t genio_size;
		size_t recorded;
	} rows[] = {
		{ 4, 4096, 4 }, { 4, 23, 2 }, { 4, 7, 1 }, { 0, 4096, 0 }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake *fake = fake_call(SYSDESC_X86_64, POLL);

		fake->policy.genio_size = rows[i].genio_size;
		fake_map(fake, AT, polled, sizeof(polled));
		fake->call.args[0] = AT;
		fake->call.args[1] = rows[i].given;
		fake_entry(fake);
		fake_exit(fake, 1);
		assert_int_equal(fake->records, 2);
		expect_array(fake, 0, "pollfd", 8, polled, rows[i].recorded);
		expect_array(fake, 1, "pollfd", 8, polled, rows[i].recorded);
		fake_free(fake);
	}
}

/* Items may be numbers, and so many as the result says. */
static void test_array_of_result(void **state)
{
	static const uint32_t groups[3] = { 0, 27, 100 };
	struct fake *fake = fake_call(SYSDESC_X86_64, GETGROUPS);

	(void)state;
	fake_map(fake, AT, groups, sizeof(groups));
	fake->call.args[0] = 64;
	fake->call.args[1] = AT;
	fake_entry(fake);
	fake_exit(fake, 3);
	assert_int_equal(fake->records, 1);
	expect_array(fake, 0, "gid", 4, groups, 3);
	fake_free(fake);
}

static void test_pair(void **state)
{
	static const uint64_t times[4] = { 1, 2, 3, 4 };
	struct fake *fake = fake_call(SYSDESC_X86_64, UTIMENSAT);

	(void)state;
	fake_map(fake, AT, times, sizeof(times));
	fake->call.args[2] = AT;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	expect_array(fake, 0, "timespec", 16, times, 2);
	fake_free(fake);
}

/* Sets have as many longs as it takes. */
static void test_bits(void **state)
{
	static const uint64_t set[2] = { 9, 1 };
	struct fake *fake = fake_call(SYSDESC_X86_64, SELECT);

	(void)state;
	fake_map(fake, AT, set, sizeof(set));
	fake->call.args[0] = 65;
	fake->call.args[1] = AT;
	fake_entry(fake);
	fake_exit(fake, 1);
	assert_int_equal(fake->records, 2);
	expect_struct(fake, 0, "fd_set", set, 16);
	fake->call.args[0] = 64;
	fake_entry(fake);
	expect_struct(fake, 2, "fd_set", set, 8);
	fake_free(fake);
}

/* Of a set with more bits than the kernel has descriptors only the words that
 * can be read. */
static void test_bits_cut(void **state)
{
	static const uint64_t set[2] = { 9, 1 };
	struct fake *fake = fake_call(SYSDESC_X86_64, SELECT);

	(void)state;
	fake_map(fake, AT, set, sizeof(set) - 1);
	fake->call.args[0] = 1024;
	fake->call.args[1] = AT;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	expect_struct(fake, 0, "fd_set", set, 8);
	fake->call.args[1] = AT + 8;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	fake_free(fake);
}

/* The room of the entry and the length of the exit, whichever is less; and
 * nothing of the length itself. */
static void test_length_behind_pointer(void **state)
{
	static const uint8_t name[16] = { 2, 0, 0, 80, 127, 0, 0, 1 };
	static const uint32_t lengths[][3] = {
		{ 16, 16, 16 }, { 4, 16, 4 }, { 128, 16, 16 }, { 16, 0, 0 }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct fake *fake = fake_call(SYSDESC_X86_64, ACCEPT);

		fake_map(fake, AT, name, sizeof(name));
		fake_map(fake, OTHER, &lengths[i][0], 4);
		fake->call.args[1] = AT;
		fake->call.args[2] = OTHER;
		fake_entry(fake);
		assert_int_equal(fake->records, 0);
		fake->region[1].bytes = (const uint8_t *)&lengths[i][1];
		fake_exit(fake, 5);
		assert_int_equal(fake->records, 1);
		expect_struct(fake, 0, "sockaddr", name, lengths[i][2]);
		fake_free(fake);
	}
}

static void test_length_argument(void **state)
{
	static const uint8_t name[16] = { 1, 0, '/', 'a' };
	struct fake *fake = fake_call(SYSDESC_X86_64, CONNECT);

	(void)state;
	fake_map(fake, AT, name, sizeof(name));
	fake->call.args[1] = AT;
	/* An int: there are no upper bits. */
	fake->call.args[2] = UINT64_C(0x700000005);
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	expect_struct(fake, 0, "sockaddr", name, 5);
	fake_exit(fake, -ECONNREFUSED);
	assert_int_equal(fake->records, 1);
	fake_free(fake);
}

/* Longer than a GENIO may be: cut to that. */
static void test_length_huge(void **state)
{
	static const uint8_t name[64] = { 1, 0, '/', 'a' };
	struct fake *fake = fake_call(SYSDESC_X86_64, CONNECT);

	(void)state;
	fake->policy.genio_size = 20;
	fake_map(fake, AT, name, sizeof(name));
	fake->call.args[1] = AT;
	fake->call.args[2] = INT32_MAX;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	expect_struct(fake, 0, "sockaddr", name, 20);
	fake_free(fake);
}

/* How long it says that it is. */
static void test_own_size(void **state)
{
	static const uint32_t attr[34] = { 1, 72 };
	struct fake *fake = fake_call(SYSDESC_X86_64, PERF_EVENT_OPEN);

	(void)state;
	fake_map(fake, AT, attr, sizeof(attr));
	fake->call.args[0] = AT;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	expect_struct(fake, 0, "perf_event_attr", attr, 72);
	fake_free(fake);
}

static void test_pointer_to_pointer(void **state)
{
	static const uint64_t pointer[2] = { OTHER, 8 };
	static const uint64_t set = 0x10002;
	struct fake *fake = fake_call(SYSDESC_X86_64, PSELECT6);

	(void)state;
	fake_map(fake, AT, pointer, sizeof(pointer));
	fake_map(fake, OTHER, &set, sizeof(set));
	fake->call.args[5] = AT;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	expect_struct(fake, 0, "sigset", &set, sizeof(set));
	fake_free(fake);
}

static void test_vector_of_pointers(void **state)
{
	static const uint64_t pointers[2] = { OTHER, OTHER + 64 };
	static const uint8_t blocks[128] = { 1, [64] = 2 };
	struct fake *fake = fake_call(SYSDESC_X86_64, IO_SUBMIT);

	(void)state;
	fake_map(fake, AT, pointers, sizeof(pointers));
	fake_map(fake, OTHER, blocks, sizeof(blocks));
	fake->call.args[1] = 2;
	fake->call.args[2] = AT;
	fake_entry(fake);
	assert_int_equal(fake->records, 2);
	expect_struct(fake, 0, "iocb", blocks, 64);
	expect_struct(fake, 1, "iocb", blocks + 64, 64);
	fake_free(fake);
}

/* Behind one that faults the kernel reads none. */
static void test_vector_that_faults(void **state)
{
	static const uint64_t pointers[3] = { OTHER, 8, OTHER };
	static const uint8_t block[64] = { 1 };
	struct fake *fake = fake_call(SYSDESC_X86_64, IO_SUBMIT);

	(void)state;
	fake_map(fake, AT, pointers, sizeof(pointers));
	fake_map(fake, OTHER, block, sizeof(block));
	fake->call.args[1] = 100000;
	fake->call.args[2] = AT;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	expect_struct(fake, 0, "iocb", block, sizeof(block));
	fake_free(fake);
}

/* A set of signals has one size, whatever the program says. */
static void test_length_of_set(void **state)
{
	static const uint64_t sets[] = { 1, 2, 3, 4 };
	static const struct {
		uint64_t given;
		size_t recorded;
	} rows[] = { { 8, 8 }, { 1 << 20, 8 }, { 4, 4 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake *fake = fake_call(SYSDESC_X86_64, RT_SIGPROCMASK);

		fake_map(fake, AT, sets, sizeof(sets));
		fake->call.args[1] = AT;
		fake->call.args[3] = rows[i].given;
		fake_entry(fake);
		assert_int_equal(fake->records, 1);
		expect_struct(fake, 0, "sigset", sets, rows[i].recorded);
		fake_free(fake);
	}
}

static void test_message(void **state)
{
	static const uint64_t header[7] = { NAME, 16, OTHER, 1, THIRD, 20, 0 };
	static const uint64_t vector[2] = { 0x1234, 100 };
	static const uint8_t name[16] = { 2 };
	static const uint8_t control[20] = { 20, [8] = 1, [12] = 1, [16] = 7 };
	struct fake *fake = fake_call(SYSDESC_X86_64, RECVMSG);

	(void)state;
	fake_map(fake, AT, header, sizeof(header));
	fake_map(fake, OTHER, vector, sizeof(vector));
	fake_map(fake, NAME, name, sizeof(name));
	fake_map(fake, THIRD, control, sizeof(control));
	fake->call.args[1] = AT;
	fake_entry(fake);
	assert_int_equal(fake->records, 0);
	fake_exit(fake, 10);
	assert_int_equal(fake->records, 4);
	expect_struct(fake, 0, "msghdr", header, sizeof(header));
	expect_struct(fake, 1, "sockaddr", name, 16);
	expect_array(fake, 2, "iovec", 16, vector, 1);
	expect_struct(fake, 3, "cmsghdr", control, 20);
	fake_free(fake);
}

/* Of a name that is longer than the room for it no more was written. */
static void test_message_room(void **state)
{
	enum { MESSAGES = 40, STRIDE = 8 };
	static const uint32_t rooms[][3] = {
		{ 4, 8, 4 }, { 110, 8, 8 }, { 0, 8, 0 }, { 4, 4, 4 }
	};
	static const uint8_t name[8] = { 1, 0, 0, 'p', 'e', 'e', 'r', 0x55 };
	static uint64_t headers[MESSAGES][STRIDE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rooms); i++) {
		struct fake *fake = fake_call(SYSDESC_X86_64, RECVMMSG);

		fake_map(fake, AT, headers, sizeof(headers));
		fake_map(fake, NAME, name, sizeof(name));
		for (int n = 0; n < MESSAGES; n++) {
			headers[n][0] = NAME;
			headers[n][1] = rooms[i][0];
		}
		fake->call.args[1] = AT;
		fake->call.args[2] = MESSAGES;
		fake_entry(fake);
		assert_int_equal(fake->records, 0);
		for (int n = 0; n < MESSAGES; n++)
			headers[n][1] = rooms[i][1];
		fake_exit(fake, MESSAGES);
		assert_int_equal(fake->records, 3 * MESSAGES);
		for (unsigned n = 0; n < MESSAGES; n++)
			expect_struct(fake, 3 * n + 1, "sockaddr", name,
				      rooms[i][2]);
		fake_free(fake);
	}
}

/* A command says what is there; an ioctl's number may. */
static void test_commands(void **state)
{
	static const uint8_t bytes[64] = { 1, 2, 3 };
	static const struct {
		int64_t number;
		uint64_t command;
		unsigned arg;
		const char *entry, *exit;
		size_t length;
	} rows[] = {
		{ IOCTL, 0x5401, 2, NULL, "termios", 36 },
		{ IOCTL, 0x5402, 2, "termios", NULL, 36 },
		{ IOCTL, 0x5405, 2, NULL, "termio", 18 },
		{ IOCTL, 0x5408, 2, "termio", NULL, 18 },
		{ IOCTL, 0x5413, 2, NULL, "winsize", 8 },
		{ SEMCTL, 3, 3, NULL, "seminfo", 40 },
		{ SEMCTL, 0x100 | 19, 3, NULL, "seminfo", 40 },
		{ IOCTL, 0x40041234, 2, "ioctl", NULL, 4 },
		{ IOCTL, 0x80081234, 2, NULL, "ioctl", 8 },
		{ IOCTL, 0xc0101234, 2, "ioctl", "ioctl", 16 },
		{ IOCTL, 0x1234, 2, NULL, NULL, 0 },
		{ MODIFY_LDT, 1, 1, "user_desc", NULL, 16 },
		{ MODIFY_LDT, 0x11, 1, "user_desc", NULL, 16 },
		{ MODIFY_LDT, 0, 1, NULL, NULL, 0 },
		{ FCNTL, 5, 2, "flock", "flock", 32 },
		{ FCNTL, 1, 2, NULL, NULL, 0 },
		{ PRCTL, 15, 1, "comm", NULL, 16 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake *fake = fake_call(SYSDESC_X86_64, rows[i].number);
		unsigned count = 0;

		fake_map(fake, AT, bytes, sizeof(bytes));
		fake->call.args[rows[i].arg - 1] = rows[i].command;
		fake->call.args[rows[i].arg] = AT;
		fake_entry(fake);
		if (rows[i].entry)
			expect_struct(fake, count++, rows[i].entry, bytes,
				      rows[i].length);
		assert_int_equal(fake->records, count);
		fake_exit(fake, 0);
		if (rows[i].exit)
			expect_struct(fake, count++, rows[i].exit, bytes,
				      rows[i].length);
		assert_int_equal(fake->records, count);
		fake_free(fake);
	}
}

static void test_carried(void **state)
{
	static const uint32_t words[3] = { 4, AT, OTHER };
	static const uint8_t name[16] = { 2, 0, 0, 80, 127, 0, 0, 1 };
	static const uint32_t length = 16;
	struct fake *fake = fake_call(SYSDESC_I386, I386_SOCKETCALL);

	(void)state;
	fake_map(fake, THIRD, words, sizeof(words));
	fake_map(fake, AT, name, sizeof(name));
	fake_map(fake, OTHER, &length, sizeof(length));
	fake->call.args[0] = 5; /* accept */
	fake->call.args[1] = THIRD;
	fake->call.inner = sysdesc_inner_find(fake->call.row, 5);
	fake_entry(fake);
	assert_int_equal(fake->records, 0);
	fake_exit(fake, 7);
	assert_int_equal(fake->records, 1);
	expect_struct(fake, 0, "sockaddr", name, 16);
	fake_free(fake);
}

/* One of the two kinds may be wanted alone, and the sink may have no room. */
static void test_not_wanted(void **state)
{
	static const uint64_t action[4] = { 1, 2, 3, 4 };
	struct fake *fake = fake_call(SYSDESC_X86_64, RT_SIGACTION);

	(void)state;
	fake_map(fake, AT, action, sizeof(action));
	fake->call.args[1] = AT;
	fake->policy.facilities = KTRFAC(KTR_STRUCT_ARRAY);
	fake_entry(fake);
	assert_int_equal(fake->records, 0);
	fake->policy.facilities = KTRFAC(KTR_STRUCT);
	fake->refused = KTRFAC(KTR_STRUCT);
	fake_entry(fake);
	assert_int_equal(fake->records, 0);
	assert_int_equal(fake->refusals, 1);
	fake->refused = 0;
	fake_entry(fake);
	expect_struct(fake, 0, "sigaction", action, sizeof(action));
	fake_free(fake);
}

static unsigned needs(int64_t number)
{
	return capture_needs(sysdesc_find(SYSDESC_X86_64, number),
			     KTRFAC(KTR_STRUCT));
}

static void test_needs(void **state)
{
	(void)state;
	assert_int_equal(needs(0), 0);
	assert_int_equal(needs(STAT), CAPTURE_AT_EXIT);
	assert_int_equal(needs(CONNECT), CAPTURE_AT_ENTRY);
	assert_int_equal(needs(POLL), CAPTURE_AT_ENTRY | CAPTURE_AT_EXIT);
	assert_int_equal(needs(ACCEPT), CAPTURE_AT_ENTRY | CAPTURE_AT_EXIT);
	assert_int_equal(needs(IOCTL), CAPTURE_AT_ENTRY | CAPTURE_AT_EXIT);
	assert_int_equal(needs(20), CAPTURE_AT_ENTRY); /* writev */
	assert_int_equal(needs(RECVMSG), CAPTURE_AT_ENTRY | CAPTURE_AT_EXIT);
	assert_int_equal(capture_needs(NULL, KTRFAC(KTR_STRUCT)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in),
		cmocka_unit_test(test_in_of_i386),
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_out_unless_written),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_array),
		cmocka_unit_test(test_array_of_result),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_bits_cut),
		cmocka_unit_test(test_length_behind_pointer),
		cmocka_unit_test(test_length_argument),
		cmocka_unit_test(test_length_huge),
		cmocka_unit_test(test_own_size),
		cmocka_unit_test(test_pointer_to_pointer),
		cmocka_unit_test(test_vector_of_pointers),
		cmocka_unit_test(test_vector_that_faults),
		cmocka_unit_test(test_length_of_set),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_message_room),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_carried),
		cmocka_unit_test(test_not_wanted),
		cmocka_unit_test(test_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
