/* What a siginfo says behind its head, by signal and code. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/data.h"
#include "decode/siginfo.h"
#include "decode/structure.h"
#include "trace/record.h"

#define HEAD "struct siginfo { si_signo="

static const struct siginfo_case {
	int32_t signal, code;
	uint32_t wide[4];   /* the union of 64 bits, */
	uint32_t narrow[4]; /* and that of 32 */
	const char *wanted;
} cases[] = {
	/* waitid(2) of nobody. */
	{ 0,
	  0,
	  { 0 },
	  { 0 },
	  HEAD "0, si_errno=0, si_code=SI_USER, si_pid=0, si_uid=0 }" },
	{ SIGTERM,
	  SI_USER,
	  { 77, 1000, 5, 6 },
	  { 77, 1000, 5, 6 },
	  HEAD "SIGTERM, si_errno=0, si_code=SI_USER, si_pid=77, si_uid=1000 "
	       "}" },
	{ SIGCHLD,
	  SI_TKILL,
	  { 77, 1000, 3 },
	  { 77, 1000, 3 },
	  HEAD "SIGCHLD, si_errno=0, si_code=SI_TKILL, si_pid=77, si_uid=1000 "
	       "}" },
	{ SIGUSR1,
	  SI_QUEUE,
	  { 77, 1000, 0x1234 },
	  { 77, 1000, 0x1234 },
	  HEAD "SIGUSR1, si_errno=0, si_code=SI_QUEUE, si_pid=77, si_uid=1000, "
	       "si_value=0x1234 }" },
	{ SIGALRM,
	  SI_TIMER,
	  { 3, 4, 0x1234 },
	  { 3, 4, 0x1234 },
	  HEAD "SIGALRM, si_errno=0, si_code=SI_TIMER, si_timerid=3, "
	       "si_overrun=4, si_value=0x1234 }" },
	{ SIGCHLD,
	  CLD_EXITED,
	  { 77, 1000, 3 },
	  { 77, 1000, 3 },
	  HEAD "SIGCHLD, si_errno=0, si_code=CLD_EXITED, si_pid=77, "
	       "si_uid=1000, si_status=3 }" },
	{ SIGSEGV,
	  SEGV_MAPERR,
	  { 0x1000 },
	  { 0x1000 },
	  HEAD "SIGSEGV, si_errno=0, si_code=SEGV_MAPERR, si_addr=0x1000 }" },
	{ SIGIO,
	  POLL_IN,
	  { 1, 0, 9 },
	  { 1, 9 },
	  HEAD "SIGIO, si_errno=0, si_code=POLL_IN, si_band=0x1<POLLIN>, "
	       "si_fd=9 }" },
	/* F_SETSIG. */
	{ 40,
	  POLL_IN,
	  { 1, 0, 9 },
	  { 1, 9 },
	  HEAD
	  "SIGRTMIN+6, si_errno=0, si_code=1, si_band=0x1<POLLIN>, si_fd=9 }" },
	{ SIGSYS,
	  1 /* SYS_SECCOMP */,
	  { 0x1000, 0, 39, 0x3e },
	  { 0x1000, 39, 0x3e },
	  HEAD "SIGSYS, si_errno=0, si_code=SYS_SECCOMP, si_call_addr=0x1000, "
	       "si_syscall=39, si_arch=0x3e }" },
	{ 256,
	  99,
	  { 77, 1000 },
	  { 77, 1000 },
	  HEAD "256, si_errno=0, si_code=99, si_pid=77, si_uid=1000 }" },
};

static void expect(const struct siginfo_case *row, enum sysdesc_abi abi,
		   const uint32_t rest[4])
{
	const struct data_style style = { .width = 80 };
	_cleanup_(text_done) struct text text = TEXT_INIT;
	uint32_t words[32] = { (uint32_t)row->signal, 0, (uint32_t)row->code };
	const struct record record = {
		.kind = KTR_STRUCT,
		.structure = { .name = "siginfo",
			       .data = (const uint8_t *)words,
			       .length = sizeof(words) },
	};

	memcpy((uint8_t *)words + siginfo_offset(abi), rest, 16);
	structure_put(&text, &record, abi, &style);
	assert_string_equal(text_string(&text), row->wanted);
}

static void members(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		expect(&cases[i], SYSDESC_X86_64, cases[i].wide);
		expect(&cases[i], SYSDESC_AARCH64, cases[i].wide);
		expect(&cases[i], SYSDESC_I386, cases[i].narrow);
		expect(&cases[i], SYSDESC_X32, cases[i].narrow);
	}
}

#define HERE(blob, field)                                                      \
	{                                                                      \
		BLOB_SIGINFO_##blob, #field, offsetof(siginfo_t, field)        \
	}

/* The fields of the C library lie where ours do. */
static void offsets(void **state)
{
	static const struct {
		enum sysdesc_blob blob;
		const char *name;
		size_t offset;
	} rows[] = {
		HERE(KILL, si_uid),     HERE(QUEUE, si_value),
		HERE(TIMER, si_value),  HERE(CHILD, si_status),
		HERE(FAULT, si_addr),   HERE(POLL, si_band),
		HERE(CALL, si_syscall),
	};
	enum sysdesc_abi abi = sysdesc_abi_native();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sysdesc_walk walk = {
			.layout = sysdesc_layout(rows[i].blob, abi),
			.abi = abi,
		};
		const struct sysdesc_field *field;
		size_t offset = 0, size;

		while ((field = sysdesc_walk(&walk, &offset, &size)) &&
		       strcmp(field->name, rows[i].name) != 0)
			;
		assert_non_null(field);
		assert_int_equal(siginfo_offset(abi) + offset, rows[i].offset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(offsets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
