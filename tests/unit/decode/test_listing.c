/* Entries of directories: those that are whole, and bytes that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"
#include "decode/listing.h"

static const struct data_style style = { .width = 80 };

#define WIDE(ino, off, length, type)                                           \
	ino "\0\0\0\0\0\0\0" off "\0\0\0\0\0\0\0" length "\0" type

/* 24 bytes each. */
#define DOT  WIDE("\2", "\1", "\30", "\4") ".\0\0\0\0"
#define FILE WIDE("\3", "\2", "\30", "\10") "a\nb\0\0"

static const struct listing_case {
	enum sysdesc_blob blob;
	enum sysdesc_abi abi;
	const char *data;
	size_t length;
	bool is_cut;
	const char *text; /* NULL: none */
} cases[] = {
#define CASE(blob, abi, data, less, is_cut, text)                              \
	{                                                                      \
		BLOB_##blob, SYSDESC_##abi, data, sizeof(data) - 1 - (less),   \
		    is_cut, text                                               \
	}
	CASE(DIRENT64, X86_64, "", 0, false, "[]"),
	CASE(DIRENT64, X86_64, "", 0, true, "[...]"),
	CASE(DIRENT64, X86_64, DOT, 0, false,
	     "[{ d_ino=2, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\" "
	     "}]"),
	CASE(DIRENT64, I386, DOT FILE, 0, true,
	     "[{ d_ino=2, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\" }, "
	     "{ d_ino=3, d_off=2, d_reclen=24, d_type=DT_REG, "
	     "d_name=\"a\\nb\" }, ...]"),
	/* The second is not whole, or says that it is too short, or nothing. */
	CASE(DIRENT64, AARCH64, DOT FILE, 1, false,
	     "[{ d_ino=2, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\" }, "
	     "...]"),
	CASE(DIRENT64, X86_64, DOT WIDE("\3", "\2", "\23", "\10") "a\0\0\0\0",
	     0, false,
	     "[{ d_ino=2, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\" }, "
	     "...]"),
	CASE(DIRENT64, X86_64, DOT WIDE("\3", "\2", "\0", "\10") "a\0\0\0\0", 0,
	     false,
	     "[{ d_ino=2, d_off=1, d_reclen=24, d_type=DT_DIR, d_name=\".\" }, "
	     "...]"),
	/* No NUL: the name ends where the entry does. */
	CASE(DIRENT64, X86_64, WIDE("\2", "\1", "\30", "\77") "abcde", 0, false,
	     "[{ d_ino=2, d_off=1, d_reclen=24, d_type=0x3f, "
	     "d_name=\"abcde\" }]"),
	/* So short that there is none. */
	CASE(DIRENT64, X86_64, DOT, 1, false, NULL),
	CASE(DIRENT64, X86_64, DOT, 20, false, NULL),
	CASE(DIRENT64, X86_64, WIDE("\2", "\1", "\0", "\4") "abcde", 0, false,
	     NULL),
	/* The type in the last byte. */
	CASE(DIRENT, I386, "\2\0\0\0\1\0\0\0\20\0ab\0\0\0\12", 0, false,
	     "[{ d_ino=2, d_off=1, d_reclen=16, d_name=\"ab\", d_type=DT_LNK "
	     "}]"),
	CASE(DIRENT, X86_64, "\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\24\0a\4", 0,
	     false,
	     "[{ d_ino=2, d_off=1, d_reclen=20, d_name=\"a\", d_type=DT_DIR "
	     "}]"),
	CASE(DIRENT, X86_64, "\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\23\0a\4", 0,
	     false, NULL),
	CASE(DIRENT64, ABI_UNKNOWN, DOT, 0, false, NULL),
};

/* Each in a block of just its size, so that a sanitizer sees what is beyond. */
static void listings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct listing_case *one = &cases[i];
		char *data = malloc(one->length + !one->length);
		struct text text = TEXT_INIT;
		bool is_one;

		assert_non_null(data);
		memcpy(data, one->data, one->length);
		is_one = listing_put(&text, one->blob, one->abi, data,
				     one->length, one->is_cut, &style);
		assert_int_equal(is_one, one->text != NULL);
		assert_string_equal(text_string(&text), one->text ?: "");
		text_done(&text);
		free(data);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(listings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
