/*
 * What programs record themselves, by the rules of both kernels: a row for each
 * way in which it can go (G30).
 */
#include "fake.h"

#include <errno.h>

#include <ktrace-u/utrace.h>

#include "base/array.h"

#define DATA  0x10000u
#define LABEL 0x20000u
#define NONE  0x30000u

static const char labels[] = "rstuvwxyz0123456789abcdefg";
static const uint8_t bytes[KTR_USER_MAX + 1] = "hello";

struct row {
	const char *name;
	uint64_t args[5];
	int64_t result;
	const char *label; /* NULL: no such record */
	int length;        /* -1: no USER record */
	bool is_full;      /* there is no room for records */
};

static const struct row rows[] = {
	{ "data", { 0, DATA, 5 }, 0, NULL, 5, false },
	{ "an empty record", { 0, DATA, 0 }, 0, NULL, 0, false },
	{ "nothing at nowhere", { 0, NONE, 0 }, 0, NULL, 0, false },
	{ "most", { 0, DATA, KTR_USER_MAX }, 0, NULL, KTR_USER_MAX, false },
	{ "more", { 0, DATA, KTR_USER_MAX + 1 }, -E2BIG, NULL, -1, false },
	{ "far more, at nowhere",
	  { 0, NONE, 1ul << 32 },
	  -E2BIG,
	  NULL,
	  -1,
	  false },
	{ "a fault", { 0, NONE, 5 }, -EFAULT, NULL, -1, false },
	{ "a fault at its end",
	  { 0, DATA + 2000, 100 },
	  -EFAULT,
	  NULL,
	  -1,
	  false },
	{ "no room", { 0, DATA, 5 }, -ENOMEM, NULL, -1, true },
	{ "no form", { 0, DATA, 5, 0, 2 }, -EINVAL, NULL, -1, false },
	{ "a label",
	  { 0, DATA, 5, LABEL + 9, 1 },
	  0,
	  "0123456789abcdefg",
	  5,
	  false },
	{ "a label of all",
	  { 0, DATA, 5, LABEL + 7, 1 },
	  0,
	  "yz0123456789abcdefg",
	  5,
	  false },
	{ "a longer label",
	  { 0, DATA, 5, LABEL, 1 },
	  0,
	  "rstuvwxyz0123456789",
	  5,
	  false },
	{ "a bad label", { 0, DATA, 5, NONE, 1 }, 0, "", 5, false },
	{ "a label without end",
	  { 0, DATA, 5, DATA + KTR_USER_MAX - 4, 1 },
	  0,
	  "",
	  5,
	  false },
	{ "bad data", { 0, NONE, 5, LABEL + 20, 1 }, 0, "bcdefg", 0, false },
	{ "too much data",
	  { 0, DATA, 1 << 20, LABEL + 20, 1 },
	  0,
	  "bcdefg",
	  KTR_USER_MAX,
	  false },
	{ "no room for a label", { 0, DATA, 5, LABEL, 1 }, 0, NULL, -1, true },
};

static void assert_label(const struct fake *fake, const char *label)
{
	char payload[64] = KTR_STRUCT_LABEL "\0text=";
	size_t head = sizeof(KTR_STRUCT_LABEL "\0text=") - 1;

	strcpy(payload + head, label);
	fake_assert_record(fake, 0, KTR_STRUCT, payload,
			   head + strlen(label) + 1);
}

static void check(const struct row *row, uint8_t word)
{
	const struct sysdesc_row *prctl =
	    word == 4 ? sysdesc_find(SYSDESC_I386, 172)
		      : sysdesc_find(SYSDESC_X86_64, 157);
	struct fake *fake = fake_new(prctl);
	unsigned records = (row->label != NULL) + (row->length >= 0);

	fake->call.word = word;
	fake->call.inner = sysdesc_inner_find(prctl, KTR_PRCTL_UTRACE);
	assert_true(capture_is_user(&fake->call));
	memcpy(fake->call.args, row->args, sizeof(row->args));
	fake_map(fake, DATA, bytes, sizeof(bytes) - 1);
	fake_map_text(fake, LABEL, labels);
	fake->refused = row->is_full ? KTRFAC_MASK : 0;
	capture_user(&fake->policy, &fake->call, &fake->memory, &fake->sink);
	assert_int_equal(fake->call.result, row->result);
	assert_int_equal(fake->records, records);
	if (row->label)
		assert_label(fake, row->label);
	if (row->length >= 0)
		fake_assert_record(fake, records - 1, KTR_USER, bytes,
				   (size_t)row->length);
	fake_free(fake);
}

static void rows_of_both_kernels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		print_message("%s\n", rows[i].name);
		check(&rows[i], 8);
		/* There it is a length of 0. */
		if (rows[i].args[2] <= UINT32_MAX)
			check(&rows[i], 4);
	}
}

/* Of an ordinary prctl() there is nothing of it. */
static void others_are_not_meant(void **state)
{
	const struct sysdesc_row *prctl = sysdesc_find(SYSDESC_X86_64, 157);
	struct fake *fake = fake_new(prctl);

	(void)state;
	fake->call.inner = sysdesc_inner_find(prctl, 15);
	assert_false(capture_is_user(&fake->call));
	fake->call.inner = sysdesc_inner_find(sysdesc_find(SYSDESC_I386, 102),
					      9);
	assert_false(capture_is_user(&fake->call));
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_both_kernels),
		cmocka_unit_test(others_are_not_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
