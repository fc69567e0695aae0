/* Structures as text: our field lists, and what is shown of any other. */
#include <setjmp.h>
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
#include "decode/structure.h"
#include "sysdesc/layout.h"
#include "trace/record.h"

#define ABI            SYSDESC_X86_64
#define BYTES(literal) literal, sizeof(literal) - 1

#define ZEROS_29  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ZEROS_116 ZEROS_29 ZEROS_29 ZEROS_29 ZEROS_29

static const struct structure_case {
	const char *name;
	const char *data;
	size_t length;
	uint64_t size; /* of an item; 0 for a STRUCT */
	bool is_ours;
	bool is_opaque;
	const char *wanted;
} structure_cases[] = {
	{ "session", BYTES("revision:1\0arch=x86_64\0"), 0, true, false,
	  "struct session { revision=1, arch=\"x86_64\" }" },
	{ "process", BYTES("ppid:-1\0exe=/bin/a \"b\"\33\0cwd=\0"), 0, true,
	  false,
	  "struct process { ppid=-1, exe=\"/bin/a \\\"b\\\"\\033\", "
	  "cwd=\"\" }" },
	{ "session", BYTES("command=a\0command=b\0"), 0, true, false,
	  "struct session { command=\"a\", command=\"b\" }" },
	{ "loss", BYTES(""), 0, true, false, "struct loss { }" },
	{ "loss", BYTES("genio:1\0broken"), 0, true, false,
	  "struct loss { genio=1, <malformed> }" },
	{ "loss", BYTES("genio:x\0"), 0, true, false,
	  "struct loss { <malformed> }" },
	{ "stat", BYTES(""), 0, false, true, "struct stat, 0 bytes" },
	{ "stat", BYTES("x"), 0, false, true, "struct stat, 1 byte" },
	{ "stat", BYTES("xyz"), 0, false, true, "struct stat, 3 bytes" },
	{ "sessions", BYTES("a:1\0"), 0, false, true,
	  "struct sessions, 4 bytes" },
	{ "pollfd", BYTES("12345678"), 4, false, true,
	  "struct pollfd[2], 4 bytes each" },
	{ "loss", BYTES("12345678"), 8, false, true,
	  "struct loss[1], 8 bytes each" },
	{ "bpf_attr", BYTES("1234"), 0, false, true,
	  "struct bpf_attr, 4 bytes" },
	{ "int", BYTES("\377\377\377\377"), 0, false, false,
	  "struct int { -1 }" },
	{ "fd_pair", BYTES("\3\0\0\0\4\0\0\0"), 0, false, false,
	  "struct fd_pair { first=3, second=4 }" },
	{ "pollfd", BYTES("\3\0\0\0\1\0\4\0\4\0\0\0\0\0\0\0"), 8, false, false,
	  "struct pollfd[2] { { fd=3, events=0x1<POLLIN>, revents=0x4<POLLOUT> "
	  "}, "
	  "{ fd=4, events=0, revents=0 } }" },
	{ "gid", BYTES("\1\0\0\0\2\0\0\0"), 4, false, false,
	  "struct gid[2] { 1, 2 }" },
	{ "fd_set", BYTES("\11\0\0\200\0\0\0\0"), 0, false, false,
	  "struct fd_set { 0, 3, 31 }" },
	{ "sockaddr", BYTES("\2\0\0\120\177\0\0\1\0\0\0\0\0\0\0\0"), 0, false,
	  false, "struct sockaddr { AF_INET, 127.0.0.1:80 }" },
	{ "comm", BYTES("a \33b\0cdefghijklm"), 0, false, false,
	  "struct comm { name=\"a \\033b\" }" },
	/* Constants: modes by name alone, bits behind their number. */
	{ "open_how",
	  BYTES("\101\0\10\0\0\0\0\0\200\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 0,
	  false, false,
	  "struct open_how { flags=0x80041<O_WRONLY|O_CREAT|O_CLOEXEC>, "
	  "mode=0600, resolve=0 }" },
	{ "flock",
	  BYTES("\1\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"\0"),
	  0, false, false,
	  "struct flock { l_type=F_WRLCK, l_whence=SEEK_END, l_start=0, "
	  "l_len=0, l_pid=0 }" },
	{ "rlimit", BYTES("\1\0\0\0\0\0\0\0\377\377\377\377\377\377\377\377"),
	  0, false, false,
	  "struct rlimit { rlim_cur=1, rlim_max=RLIM_INFINITY }" },
	{ "sigaction",
	  BYTES("\1\0\0\0\0\0\0\0\5\0\0\020\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"\0\0"),
	  0, false, false,
	  "struct sigaction { sa_handler=SIG_IGN, "
	  "sa_flags=0x10000005<SA_NOCLDSTOP|SA_SIGINFO|SA_RESTART>, "
	  "sa_restorer=0, sa_mask=0 }" },
	{ "siginfo", BYTES("\21\0\0\0\0\0\0\0\1\0\0\0" ZEROS_116), 0, false,
	  false,
	  "struct siginfo { si_signo=SIGCHLD, si_errno=0, "
	  "si_code=CLD_EXITED, si_pid=0, si_uid=0, si_status=0 }" },
	{ "siginfo", BYTES("\0\1\0\0\0\0\0\0\143\0\0\0" ZEROS_116), 0, false,
	  false,
	  "struct siginfo { si_signo=256, si_errno=0, si_code=99, si_pid=0, "
	  "si_uid=0 }" },
	/* Shorter and longer than those of today. */
	{ "open_how", BYTES("\1\0\0\0\0\0\0\0\2"), 0, false, false,
	  "struct open_how { flags=0x1<O_WRONLY> }" },
	{ "socket_option", BYTES("\1\0\0\0"), 0, false, false,
	  "struct socket_option { 1 }" },
	{ "cmsghdr", BYTES("\24\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\7\0\0\0"), 0,
	  false, false,
	  "struct cmsghdr { { level=SOL_SOCKET, type=SCM_RIGHTS, fds=[ 7 ] } "
	  "}" },
	/* It claims more than there is. */
	{ "cmsghdr", BYTES("\25\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\7\0\0\0"), 0,
	  false, false, "struct cmsghdr { }" },
};

static void structures(void **state)
{
	struct data_style style = { .width = 80 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(structure_cases); i++) {
		_cleanup_(text_done) struct text text = TEXT_INIT;
		const struct structure_case *row = &structure_cases[i];
		struct record record = {
			.kind = row->size ? KTR_STRUCT_ARRAY : KTR_STRUCT,
			.structure = { .name = row->name,
				       .data = (const uint8_t *)row->data,
				       .length = row->length,
				       .size = row->size },
		};

		assert_int_equal(structure_is_ours(&record), row->is_ours);
		assert_int_equal(structure_is_opaque(&record, ABI),
				 row->is_opaque);
		structure_put(&text, &record, ABI, &style);
		assert_string_equal(text_string(&text), row->wanted);
	}
}

static void plain(void **state)
{
	const struct data_style style = { .width = 80, .plain = true };
	const struct record record = {
		.kind = KTR_STRUCT,
		.structure = { .name = "rlimit",
			       .data = (const uint8_t *)"\377\377\377\377"
							"\377\377\377\377"
							"\0\0\0\0\0\0\0\0",
			       .length = 16 },
	};
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	structure_put(&text, &record, ABI, &style);
	assert_string_equal(
	    text_string(&text),
	    "struct rlimit { rlim_cur=18446744073709551615, rlim_max=0 }");
}

static void others_are_no_structures(void **state)
{
	struct record record = { .kind = KTR_NAMEI };

	(void)state;
	assert_false(structure_is_ours(&record));
	assert_false(structure_is_opaque(&record, ABI));
}

/* A reader tells ours from Linux's by name alone. */
static void names_of_linux_are_no_names_of_ours(void **state)
{
	struct record record = { .kind = KTR_STRUCT };

	(void)state;
	for (unsigned i = 0; i < sysdesc_layout_count(); i++) {
		record.structure.name = sysdesc_layout_at(i)->name;
		assert_false(structure_is_ours(&record));
	}
}

static void lists(void **state)
{
	(void)state;
	assert_true(structure_is_list("session", BYTES("command")));
	assert_true(structure_is_list("process", BYTES("nspid")));
	assert_true(structure_is_list("process", BYTES("group")));
	assert_false(structure_is_list("process", BYTES("command")));
	assert_false(structure_is_list("process", BYTES("ppid")));
	assert_false(structure_is_list("process", "nspids", 4));
	assert_false(structure_is_list("stat", BYTES("command")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(structures),
		cmocka_unit_test(plain),
		cmocka_unit_test(others_are_no_structures),
		cmocka_unit_test(names_of_linux_are_no_names_of_ours),
		cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
