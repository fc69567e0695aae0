/* Errors, signals, codes and classes against the C library's own. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "sysdesc/sysdesc.h"

#ifdef __GLIBC__
static void same(int number, const char *ours, const char *theirs)
{
	if (!theirs)
		return;
	if (!ours || strcmp(ours, theirs) != 0)
		fail_msg("%d: %s is not %s", number, ours ? ours : "nothing",
			 theirs);
}
#endif

static void errors_are_those_of_the_c_library(void **state)
{
	(void)state;
#ifdef __GLIBC__
	unsigned known = 0;

	for (int i = 1; i < 512; i++) {
		const char *name = strerrorname_np(i);

		known += name != NULL;
		same(i, sysdesc_errno_name(i), name);
		same(i, sysdesc_errno_text(i),
		     name ? strerrordesc_np(i) : NULL);
	}
	assert_true(known > 100);
#else
	print_message("skipped: this C library has no strerrorname_np\n");
	skip();
#endif
}

static void signals_are_those_of_the_c_library(void **state)
{
	(void)state;
#ifdef __GLIBC__
	unsigned known = 0;

	for (int i = 1; i < 32; i++) {
		const char *name = sigabbrev_np(i);

		assert_non_null(sysdesc_signal_name(i));
		if (!name)
			continue;
		known++;
		/* "CHLD", and glibc's other name of SIGIO. */
		if (i != SIGIO)
			same(i, sysdesc_signal_name(i) + 3, name);
	}
	assert_true(known > 25);
#else
	print_message("skipped: this C library has no sigabbrev_np\n");
	skip();
#endif
}

static void facts_stand_without_a_c_library(void **state)
{
	(void)state;
	assert_string_equal(sysdesc_errno_name(2), "ENOENT");
	assert_string_equal(sysdesc_errno_text(2), "No such file or directory");
	assert_string_equal(sysdesc_errno_name(512), "ERESTARTSYS");
	assert_string_equal(sysdesc_signal_name(17), "SIGCHLD");
	assert_string_equal(sysdesc_signal_name(29), "SIGIO");
}

static const int no_errors[] = {
	0, -1, 41, 58, 134, INT32_MAX, INT32_MIN, 4096
};
static const int no_signals[] = { 0, -1, 32, 34, 64, INT32_MAX, INT32_MIN };

static void what_is_none_has_no_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(no_errors); i++) {
		assert_null(sysdesc_errno_name(no_errors[i]));
		assert_null(sysdesc_errno_text(no_errors[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(no_signals); i++)
		assert_null(sysdesc_signal_name(no_signals[i]));
	assert_null(sysdesc_class_name(SYSDESC_CLASS_COUNT));
	assert_null(sysdesc_class_help(SYSDESC_CLASS_COUNT));
}

/* clang-format off */
#define CODE(signal, code) { signal, code, #code }
static const struct {
	int signal;
	int code;
	const char *name;
} codes[] = {
	CODE(SIGUSR1, SI_USER),	      CODE(SIGUSR1, SI_QUEUE),
	CODE(40, SI_TKILL),     CODE(SIGALRM, SI_TIMER),
	CODE(SIGUSR1, SI_MESGQ),      CODE(SIGIO, SI_ASYNCIO),
	CODE(SIGIO, SI_SIGIO),	      CODE(SIGIO, SI_ASYNCNL),
	CODE(SIGSEGV, SI_KERNEL),     CODE(SIGILL, ILL_ILLOPC),
	CODE(SIGILL, ILL_BADSTK),     CODE(SIGFPE, FPE_INTDIV),
	CODE(SIGFPE, FPE_FLTSUB),     CODE(SIGSEGV, SEGV_MAPERR),
	CODE(SIGSEGV, SEGV_ACCERR),   CODE(SIGSEGV, SEGV_BNDERR),
	CODE(SIGSEGV, SEGV_PKUERR),   CODE(SIGBUS, BUS_ADRALN),
	CODE(SIGBUS, BUS_ADRERR),     CODE(SIGBUS, BUS_OBJERR),
	CODE(SIGBUS, BUS_MCEERR_AR),  CODE(SIGBUS, BUS_MCEERR_AO),
	CODE(SIGTRAP, TRAP_BRKPT),    CODE(SIGTRAP, TRAP_TRACE),
	CODE(SIGCHLD, CLD_EXITED),    CODE(SIGCHLD, CLD_KILLED),
	CODE(SIGCHLD, CLD_DUMPED),    CODE(SIGCHLD, CLD_TRAPPED),
	CODE(SIGCHLD, CLD_STOPPED),   CODE(SIGCHLD, CLD_CONTINUED),
	CODE(SIGIO, POLL_IN),	      CODE(SIGIO, POLL_HUP),
	{ SIGSYS, 1, "SYS_SECCOMP" },
};
/* clang-format on */

static void codes_are_told_by_their_signal(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const char *name = sysdesc_signal_code(codes[i].signal,
						       codes[i].code);

		assert_non_null(name);
		assert_string_equal(name, codes[i].name);
	}
	assert_null(sysdesc_signal_code(SIGUSR1, 1));
	assert_null(sysdesc_signal_code(SIGSEGV, 99));
	assert_null(sysdesc_signal_code(SIGSEGV, INT32_MIN));
	assert_null(sysdesc_signal_code(SIGSEGV, 65536 + SEGV_MAPERR));
}

static void classes_have_names_and_members(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < SYSDESC_CLASS_COUNT; bit++) {
		unsigned members = 0;

		assert_non_null(sysdesc_class_name(bit));
		assert_non_null(sysdesc_class_help(bit));
		for (unsigned i = 0; i < sysdesc_count(); i++)
			members += sysdesc_row(i)->classes >> bit & 1;
		assert_true(members > 0);
	}
	assert_string_equal(sysdesc_class_name(SYSDESC_CLASS_BIT_NETWORK),
			    "network");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_those_of_the_c_library),
		cmocka_unit_test(signals_are_those_of_the_c_library),
		cmocka_unit_test(facts_stand_without_a_c_library),
		cmocka_unit_test(what_is_none_has_no_name),
		cmocka_unit_test(codes_are_told_by_their_signal),
		cmocka_unit_test(classes_have_names_and_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
