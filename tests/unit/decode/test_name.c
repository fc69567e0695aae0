/* Names for numbers: those that exist, and what is shown for the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/name.h"

static struct text text;

static void must_be(const char *wanted)
{
	assert_string_equal(text_string(&text), wanted);
	text_clear(&text);
}

static const struct syscall_case {
	enum sysdesc_abi abi;
	int64_t number;
	bool with_number;
	const char *wanted;
} syscall_cases[] = {
	{ SYSDESC_X86_64, 257, false, "openat" },
	{ SYSDESC_X86_64, 257, true, "openat[257]" },
	{ SYSDESC_X86_64, 0, true, "read[0]" },
	{ SYSDESC_I386, 295, false, "openat" },
	{ SYSDESC_X32, SYSDESC_X32_BIT | 39, false, "getpid" },
	{ SYSDESC_X32, SYSDESC_X32_BIT | 39, true, "getpid[1073741863]" },
	{ SYSDESC_AARCH64, 56, false, "openat" },
	{ SYSDESC_X86_64, 9999, false, "[9999]" },
	{ SYSDESC_X86_64, 9999, true, "[9999]" },
	{ SYSDESC_X86_64, -1, false, "[-1]" },
	{ SYSDESC_X86_64, INT64_MIN, false, "[-9223372036854775808]" },
	{ SYSDESC_X86_64, INT64_C(0x100000000), false, "[4294967296]" },
	{ SYSDESC_ABI_UNKNOWN, 0, false, "[0]" },
	{ SYSDESC_FREEBSD, 499, true, "openat[499]" },
	{ SYSDESC_NETBSD32, 468, false, "openat" },
	{ SYSDESC_OPENBSD, 499, false, "[499]" },
};

static void calls_by_abi(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(syscall_cases); i++) {
		name_syscall(&text, syscall_cases[i].abi,
			     syscall_cases[i].number,
			     syscall_cases[i].with_number);
		must_be(syscall_cases[i].wanted);
	}
}

/* A number, and what one of the functions makes of it. */
struct number_case {
	int number;
	const char *wanted;
};

static void check_numbers(const struct number_case *cases, size_t count,
			  void (*name)(struct text *text, int number))
{
	for (size_t i = 0; i < count; i++) {
		name(&text, cases[i].number);
		must_be(cases[i].wanted);
	}
}

static void linux_errno(struct text *to, int number)
{
	name_errno(to, RECORD_LINUX, number);
}

static void netbsd_errno(struct text *to, int number)
{
	name_errno(to, RECORD_NETBSD, number);
}

static void errors(void **state)
{
	static const struct number_case cases[] = {
		{ 1, "Operation not permitted" },
		{ 2, "No such file or directory" },
		{ 11, "Resource temporarily unavailable" },
		{ 38, "Function not implemented" },
		{ 41, "Unknown error 41" },
		{ 4095, "Unknown error 4095" },
		{ -1, "Unknown error -1" },
		{ INT32_MIN, "Unknown error -2147483648" },
	};

	static const struct number_case others[] = {
		{ 2, "No such file or directory" },
		{ 35, "Resource temporarily unavailable" },
		{ 78, "Function not implemented" },
		{ 0, "Unknown error 0" },
		{ 99, "Unknown error 99" },
		{ -3, "Unknown error -3" },
	};

	(void)state;
	check_numbers(cases, ARRAY_LEN(cases), linux_errno);
	check_numbers(others, ARRAY_LEN(others), netbsd_errno);
}

static void linux_signal(struct text *to, int number)
{
	name_signal(to, RECORD_LINUX, number);
}

static void freebsd_signal(struct text *to, int number)
{
	name_signal(to, RECORD_FREEBSD, number);
}

static void openbsd_signal(struct text *to, int number)
{
	name_signal(to, RECORD_OPENBSD, number);
}

static void signals(void **state)
{
	static const struct number_case cases[] = {
		{ 1, "SIGHUP" },    { 9, "SIGKILL" },     { 17, "SIGCHLD" },
		{ 31, "SIGSYS" },   { 32, "SIG32" },      { 33, "SIG33" },
		{ 34, "SIGRTMIN" }, { 35, "SIGRTMIN+1" }, { 64, "SIGRTMIN+30" },
		{ 65, "SIG65" },    { 0, "SIG0" },        { -1, "SIG-1" },
	};

	static const struct number_case freebsds[] = {
		{ 10, "SIGBUS" },  { 20, "SIGCHLD" },  { 33, "SIGLIBRT" },
		{ 34, "SIG34" },   { 65, "SIGRTMIN" }, { 126, "SIGRTMIN+61" },
		{ 127, "SIG127" }, { 0, "SIG0" },
	};
	static const struct number_case openbsds[] = {
		{ 32, "SIGTHR" },
		{ 33, "SIG33" },
		{ 0, "SIG0" },
	};

	(void)state;
	check_numbers(cases, ARRAY_LEN(cases), linux_signal);
	check_numbers(freebsds, ARRAY_LEN(freebsds), freebsd_signal);
	check_numbers(openbsds, ARRAY_LEN(openbsds), openbsd_signal);
}

static void fault_results(void **state)
{
	static const struct number_case cases[] = {
		{ 0, "KERN_SUCCESS" },
		{ 1, "KERN_INVALID_ADDRESS" },
		{ 2, "KERN_PROTECTION_FAILURE" },
		{ 5, "KERN_FAILURE" },
		{ 8, "KERN_NO_ACCESS" },
		{ 9, "<invalid=9>" },
		{ -1, "<invalid=-1>" },
	};

	(void)state;
	check_numbers(cases, ARRAY_LEN(cases), name_fault_result);
}

static void accesses(void **state)
{
	static const struct number_case cases[] = {
		{ 0, "0x0<VM_PROT_NONE>" },
		{ 1, "0x1<VM_PROT_READ>" },
		{ 6, "0x6<VM_PROT_WRITE|VM_PROT_EXECUTE>" },
		{ 8, "0x8<><invalid>8" },
		{ 0x11, "0x11<VM_PROT_READ><invalid>16" },
		{ -1, "0xffffffff<VM_PROT_READ|VM_PROT_WRITE|VM_PROT_EXECUTE>"
		      "<invalid>4294967288" },
	};

	(void)state;
	check_numbers(cases, ARRAY_LEN(cases), name_access);
}

static void violations(void **state)
{
	static const struct number_case cases[] = {
		{ 0, "operation not capable" },
		{ 2, "disallowed system call" },
		{ 3, "restricted VFS lookup" },
		{ 4, "unknown capability failure 4" },
		{ -9, "unknown capability failure -9" },
	};

	(void)state;
	check_numbers(cases, ARRAY_LEN(cases), name_violation);
}

static void signal_codes(void **state)
{
	(void)state;
	name_signal_code(&text, RECORD_LINUX, 17, 0);
	must_be("SI_USER");
	name_signal_code(&text, RECORD_LINUX, 11, 1);
	must_be("SEGV_MAPERR");
	name_signal_code(&text, RECORD_LINUX, 17, 1);
	must_be("CLD_EXITED");
	name_signal_code(&text, RECORD_LINUX, 11, 12345);
	must_be("<invalid=12345>");
	name_signal_code(&text, RECORD_LINUX, 34, -6);
	must_be("SI_TKILL");
	name_signal_code(&text, RECORD_FREEBSD, 20, 0x10001);
	must_be("SI_USER");
	name_signal_code(&text, RECORD_NETBSD, 20, -5);
	must_be("SI_LWP");
}

static void masks(void **state)
{
	static const struct {
		uint64_t mask;
		const char *wanted;
	} rows[] = {
		{ 0, "[]" },
		{ 0x4002, "[INT TERM]" },
		{ UINT64_C(1) << 33, "[RTMIN]" },
		{ UINT64_C(1) << 63 | UINT64_C(1) << 31, "[32 RTMIN+30]" },
		{ UINT64_MAX, "~[]" },
		{ ~UINT64_C(0x40100), "~[KILL STOP]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		name_signal_mask(&text, RECORD_LINUX, rows[i].mask);
		must_be(rows[i].wanted);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_by_abi), cmocka_unit_test(errors),
		cmocka_unit_test(signals),      cmocka_unit_test(fault_results),
		cmocka_unit_test(accesses),     cmocka_unit_test(violations),
		cmocka_unit_test(signal_codes), cmocka_unit_test(masks),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	text_done(&text);
	return failed;
}
