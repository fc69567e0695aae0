/*
 * Calls that others carry: the table as its interpreters read it, and what the
 * kernel has (net/socket.c, ipc/syscall.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/prctl.h>

#include <ktrace-u/utrace.h>

#include "base/array.h"
#include "sysdesc/sysdesc.h"

#define SOCKETCALL 102 /* numbers of i386 */
#define IPC        117

static unsigned complain(const struct sysdesc_inner *inner, const char *said)
{
	if (said)
		print_error("%s(%u), %s: %s\n", inner->carrier->name,
			    inner->command, inner->row->name, said);
	return said != NULL;
}

static unsigned pointers(const struct sysdesc_row *row)
{
	unsigned count = 0;

	for (unsigned i = 0; i < row->narg; i++)
		count += row->arg[i].kind == KIND_POINTER;
	return count;
}

/* As many as are read. */
static unsigned words(const struct sysdesc_inner *inner)
{
	unsigned count = 0;

	for (unsigned i = 0; i < ARRAY_LEN(inner->from); i++)
		count += (inner->from[i] & FROM_MASK) == FROM_WORD;
	return count;
}

static const char *check_carrier(const struct sysdesc_inner *inner)
{
	const struct sysdesc_row *carrier = inner->carrier;

	if (sysdesc_number(SYSDESC_I386, carrier) < 0)
		return "the carrier is none of i386";
	if (carrier->arg[0].kind != KIND_CMD)
		return "the carrier's argument 0 is no command";
	if (words(inner) > 0 && pointers(carrier) != 1)
		return "the carrier has not one pointer";
	if (inner->command & ~inner->mask)
		return "no command is this under its mask";
	return NULL;
}

/* What capture and the supervisor do for rows, but not for inner ones. */
static const char *check_row(const struct sysdesc_inner *inner)
{
	const struct sysdesc_row *row = inner->row;

	if (row->effect != EFFECT_NONE && row->effect != EFFECT_SLEEP &&
	    row->effect != EFFECT_UTRACE && row->effect != EFFECT_ADDRESS &&
	    row->effect != EFFECT_ATTACH)
		return "has an effect";
	for (unsigned i = 0; i < row->narg; i++)
		switch (row->arg[i].kind) {
		case KIND_PATH:
		case KIND_DIRFD:
		case KIND_ARGV:
		case KIND_ENVP:
			return "has a path, or strings";
		}
	return NULL;
}

static const char *check_from(const struct sysdesc_inner *inner, unsigned index)
{
	uint8_t from = inner->from[index];
	unsigned at = from & ~FROM_MASK;

	if ((from != 0) != (index < inner->row->narg))
		return "has not the arguments of its row";
	switch (from & FROM_MASK) {
	case 0:
	case FROM_NOWHERE:
		return at == 0 ? NULL : "an index without use";
	case FROM_REGISTER:
		return at > 0 && at < inner->carrier->narg
			   ? NULL
			   : "no argument of the carrier";
	case FROM_WORD:
		return at < words(inner) ? NULL : "a word that is not read";
	}
	return "is nowhere";
}

/* No argument is that of another. */
static const char *check_twice(const struct sysdesc_inner *inner)
{
	for (unsigned i = 0; i < inner->row->narg; i++)
		for (unsigned n = 0; n < i; n++)
			if (inner->from[i] == inner->from[n] &&
			    inner->from[i] != FROM_NOWHERE)
				return "two arguments are one";
	return NULL;
}

/* The command's own row is found by it. An exact one hides one under a mask. */
static const char *check_command(const struct sysdesc_inner *inner)
{
	uint32_t version = ~inner->mask & 0x10000;

	if (sysdesc_inner_find(inner->carrier, inner->command | version) !=
	    inner)
		return "is found as another";
	return NULL;
}

static void rows_can_be_interpreted(void **state)
{
	unsigned faults = 0;

	(void)state;
	for (unsigned i = 0; i < sysdesc_inner_count(); i++) {
		const struct sysdesc_inner *inner = sysdesc_inner(i);

		faults += complain(inner, check_carrier(inner));
		faults += complain(inner, check_row(inner));
		faults += complain(inner, check_twice(inner));
		faults += complain(inner, check_command(inner));
		for (unsigned n = 0; n < ARRAY_LEN(inner->from); n++)
			faults += complain(inner, check_from(inner, n));
	}
	assert_int_equal(faults, 0);
	assert_null(sysdesc_inner(sysdesc_inner_count()));
}

static void no_command_is_there_twice(void **state)
{
	unsigned faults = 0;

	(void)state;
	for (unsigned i = 0; i < sysdesc_inner_count(); i++)
		for (unsigned n = 0; n < i; n++) {
			const struct sysdesc_inner *one = sysdesc_inner(i);
			const struct sysdesc_inner *two = sysdesc_inner(n);

			if (one->carrier == two->carrier &&
			    one->command == two->command &&
			    one->mask == two->mask)
				faults += complain(one, "is there twice");
		}
	assert_int_equal(faults, 0);
}

/* Each command of the kernel, by the name of its call. */
struct kernel_call {
	int number;
	uint64_t command;
	const char *name; /* NULL: nobody knows it */
	unsigned words;   /* that are read */
};
static const struct kernel_call kernel_calls[] = {
	{ SOCKETCALL, 0, NULL, 0 },
	{ SOCKETCALL, 1, "socket", 3 },
	{ SOCKETCALL, 2, "bind", 3 },
	{ SOCKETCALL, 3, "connect", 3 },
	{ SOCKETCALL, 4, "listen", 2 },
	{ SOCKETCALL, 5, "accept", 3 },
	{ SOCKETCALL, 6, "getsockname", 3 },
	{ SOCKETCALL, 7, "getpeername", 3 },
	{ SOCKETCALL, 8, "socketpair", 4 },
	{ SOCKETCALL, 9, "sendto", 4 },
	{ SOCKETCALL, 10, "recvfrom", 4 },
	{ SOCKETCALL, 11, "sendto", 6 },
	{ SOCKETCALL, 12, "recvfrom", 6 },
	{ SOCKETCALL, 13, "shutdown", 2 },
	{ SOCKETCALL, 14, "setsockopt", 5 },
	{ SOCKETCALL, 15, "getsockopt", 5 },
	{ SOCKETCALL, 16, "sendmsg", 3 },
	{ SOCKETCALL, 17, "recvmsg", 3 },
	{ SOCKETCALL, 18, "accept4", 4 },
	{ SOCKETCALL, 19, "recvmmsg", 5 },
	{ SOCKETCALL, 20, "sendmmsg", 4 },
	{ SOCKETCALL, 21, NULL, 0 },
	{ SOCKETCALL, 0x10001, NULL, 0 },
	{ SOCKETCALL, 0xffffffff, NULL, 0 },
	/* The kernel looks at 32 bits. */
	{ SOCKETCALL, UINT64_C(0xdead00000003), "connect", 3 },
	{ IPC, 0, NULL, 0 },
	{ IPC, 1, "semop", 0 },
	{ IPC, 2, "semget", 0 },
	{ IPC, 3, "semctl", 1 },
	{ IPC, 4, "semtimedop", 0 },
	{ IPC, 5, NULL, 0 },
	{ IPC, 11, "msgsnd", 0 },
	{ IPC, 0x2000b, "msgsnd", 0 },
	{ IPC, 12, "msgrcv", 2 },
	{ IPC, 0x1000c, "msgrcv", 0 },
	{ IPC, 13, "msgget", 0 },
	{ IPC, 14, "msgctl", 0 },
	{ IPC, 20, NULL, 0 },
	{ IPC, 21, "shmat", 0 },
	{ IPC, 22, "shmdt", 0 },
	{ IPC, 23, "shmget", 0 },
	{ IPC, 24, "shmctl", 0 },
	{ IPC, 25, NULL, 0 },
};

static void commands_are_the_kernels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kernel_calls); i++) {
		const struct kernel_call *call = &kernel_calls[i];
		const struct sysdesc_inner *inner = sysdesc_inner_find(
		    sysdesc_find(SYSDESC_I386, call->number), call->command);

		assert_int_equal(inner != NULL, call->name != NULL);
		if (!inner)
			continue;
		assert_string_equal(inner->row->name, call->name);
		assert_int_equal(words(inner), call->words);
	}
}

/* Of no kernel: through each ABI, and nobody has a number for it. */
static void utrace_is_carried(void **state)
{
	(void)state;
	for (unsigned abi = 0; abi < SYSDESC_ABI_COUNT; abi++) {
		const struct sysdesc_row *carrier = NULL;
		const struct sysdesc_inner *inner;

		for (unsigned i = 0; i < sysdesc_number_end(abi); i++) {
			int64_t bit = abi == SYSDESC_X32 ? SYSDESC_X32_BIT : 0;
			const struct sysdesc_row *row = sysdesc_find(abi,
								     i | bit);

			if (row && !strcmp(row->name, "prctl"))
				carrier = row;
		}
		inner = sysdesc_inner_find(carrier, KTR_PRCTL_UTRACE);
		assert_non_null(inner);
		assert_string_equal(inner->row->name, "utrace");
		assert_true(sysdesc_is_carried(inner->row));
		assert_false(sysdesc_is_carried(carrier));
		assert_null(sysdesc_inner_find(carrier, PR_SET_NAME));
	}
}

/* Commands that carry nothing, and calls that have none. */
static void others_carry_nothing(void **state)
{
	(void)state;
	assert_null(sysdesc_inner_find(NULL, 3));
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);
		int64_t number = sysdesc_number(SYSDESC_I386, row);

		if (number != SOCKETCALL && number != IPC)
			assert_null(sysdesc_inner_find(row, 3));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_can_be_interpreted),
		cmocka_unit_test(no_command_is_there_twice),
		cmocka_unit_test(commands_are_the_kernels),
		cmocka_unit_test(utrace_is_carried),
		cmocka_unit_test(others_carry_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
