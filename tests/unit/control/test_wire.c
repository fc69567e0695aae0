/*
 * Messages there and back, and everything that is no message: each length that
 * is too short or too long, each field that is wrong, random bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "control/ownership.h"
#include "control/permission.h"
#include "control/wire.h"

#define UNTOUCHED 0x5a

/* Where the fields of a message are. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 4,
	AT_OPERATION = 8,
	AT_FLAGS = 12,
	AT_FACILITIES = 16,
	AT_STATE = 24,
	AT_KIND = 8,
	AT_ERROR = 12,
	AT_RULE = 16,
	AT_OWNER = 20,
	AT_LATE_COUNT = 32,
	AT_REQUEST_TEXT_LENGTH = 36,
	REQUEST_SIZE = 40,
	AT_TEXT_LENGTH = 36,
	AT_LATE = 40,
	ANSWER_SIZE = 40 + 4 * WIRE_LATE_MAX,
};

static const struct wire_request requests[] = {
	{ WIRE_SET, WIRE_DESCEND | WIRE_GENIO_ALL | WIRE_CALLS,
	  KTRFAC(KTR_SYSCALL) | KTRFAC_INHERIT, 4711, 0, 4096, 1 << 20, 9,
	  "read,open" },
	{ WIRE_SET, WIRE_HOLD, KTRFAC_MASK, -4711, 0, 0, 0, 0, "" },
	{ WIRE_CLEAR, WIRE_NETBSD, KTRFAC(KTR_GENIO), 1, 0, 0, 0, 0, "" },
	{ .operation = WIRE_CLEAR_FILE },
	{ .operation = WIRE_CLEAR_MINE, .flags = WIRE_FLAGS },
	{ .operation = WIRE_STATUS },
	{ .operation = WIRE_REGISTER, .flags = WIRE_HOLD },
	{ .operation = WIRE_OWNER, .pid = -1 },
	{ .operation = WIRE_OWNER, .pid = INT32_MAX },
	{ .operation = WIRE_PAUSE, .state = OWNERSHIP_FOREGROUND },
	{ .operation = WIRE_RESUME, .state = OWNERSHIP_BACKGROUND },
	{ .operation = WIRE_UTRACE, .text_length = 6, .text = "a\0b\0\xff" },
	{ .operation = WIRE_SET, .genio_size = UINT32_MAX, .pid = INT32_MIN },
};

static const struct wire_answer answers[] = {
	{ .kind = WIRE_ANSWER },
	{ .kind = WIRE_WAKE },
	{ .kind = WIRE_ANSWER,
	  .error = -EPERM,
	  .rule = PERMISSION_RULE_COUNT - 1,
	  .refused = 3,
	  .text_length = 4,
	  .text = "why?" },
	{ .kind = WIRE_ANSWER, .error = -4095, .owner = INT32_MAX },
	{ .kind = WIRE_ANSWER,
	  .set = UINT32_MAX,
	  .late_count = 2,
	  .late = { 1, INT32_MAX } },
};

static struct wire_request longest_request(void)
{
	struct wire_request request = { .operation = WIRE_SET,
					.text_length = WIRE_TEXT_MAX };

	memset(request.text, 'x', WIRE_TEXT_MAX);
	return request;
}

static struct wire_answer longest_answer(void)
{
	struct wire_answer answer = { .kind = WIRE_ANSWER,
				      .late_count = WIRE_LATE_MAX,
				      .text_length = WIRE_TEXT_MAX };

	for (int i = 0; i < WIRE_LATE_MAX; i++)
		answer.late[i] = i + 1;
	memset(answer.text, 'x', WIRE_TEXT_MAX);
	return answer;
}

/* In a block of exactly its size, at an odd address if that is asked for. */
static int get_request(struct wire_request *ret, const void *message,
		       size_t length, size_t shift)
{
	char *block = malloc(length + shift + 1);
	int error;

	assert_non_null(block);
	memcpy(block + shift + 1, message, length);
	error = wire_get_request(ret, block + shift + 1, length);
	free(block);
	return error;
}

static int get_answer(struct wire_answer *ret, const void *message,
		      size_t length, size_t shift)
{
	char *block = malloc(length + shift + 1);
	int error;

	assert_non_null(block);
	memcpy(block + shift + 1, message, length);
	error = wire_get_answer(ret, block + shift + 1, length);
	free(block);
	return error;
}

static void check_request(const struct wire_request *request)
{
	char message[WIRE_MESSAGE_MAX];
	size_t length = wire_put_request(message, request);
	struct wire_request back;
	struct wire_answer answer;

	assert_true(length == REQUEST_SIZE + request->text_length);
	for (size_t shift = 0; shift < 8; shift++) {
		memset(&back, UNTOUCHED, sizeof(back));
		assert_int_equal(get_request(&back, message, length, shift), 0);
		assert_memory_equal(&back, request, sizeof(back));
	}
	assert_int_equal(get_answer(&answer, message, length, 0), -EBADMSG);
}

static void check_answer(const struct wire_answer *answer)
{
	char message[WIRE_MESSAGE_MAX];
	size_t length = wire_put_answer(message, answer);
	struct wire_answer back;
	struct wire_request request;

	assert_true(length == ANSWER_SIZE + answer->text_length);
	for (size_t shift = 0; shift < 8; shift++) {
		memset(&back, UNTOUCHED, sizeof(back));
		assert_int_equal(get_answer(&back, message, length, shift), 0);
		assert_memory_equal(&back, answer, sizeof(back));
	}
	assert_int_equal(get_request(&request, message, length, 0), -EBADMSG);
}

static void requests_come_back(void **state)
{
	struct wire_request longest = longest_request();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		check_request(&requests[i]);
	check_request(&longest);
}

static void answers_come_back(void **state)
{
	struct wire_answer longest = longest_answer();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		check_answer(&answers[i]);
	check_answer(&longest);
}

static void is_untouched(const void *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assert_int_equal(((const unsigned char *)data)[i], UNTOUCHED);
}

static void expect_request(const void *message, size_t length, int expected)
{
	struct wire_request ret;

	memset(&ret, UNTOUCHED, sizeof(ret));
	assert_int_equal(get_request(&ret, message, length, 0), expected);
	is_untouched(&ret, sizeof(ret));
}

static void expect_answer(const void *message, size_t length, int expected)
{
	struct wire_answer ret;

	memset(&ret, UNTOUCHED, sizeof(ret));
	assert_int_equal(get_answer(&ret, message, length, 0), expected);
	is_untouched(&ret, sizeof(ret));
}

/* Every length but the right one. */
static void lengths_are_exact(void **state)
{
	char message[WIRE_MESSAGE_MAX + 1] = { 0 };
	size_t length = wire_put_request(message, &requests[0]);

	(void)state;
	for (size_t i = 0; i < 2 * length; i++)
		if (i != length)
			expect_request(message, i, -EBADMSG);
	expect_request(message, sizeof(message), -EBADMSG);
	memset(message, 0, sizeof(message));
	length = wire_put_answer(message, &answers[2]);
	for (size_t i = 0; i < 2 * length; i++)
		if (i != length)
			expect_answer(message, i, -EBADMSG);
	expect_answer(message, sizeof(message), -EBADMSG);
}

/* A field's place, and what must not be there. */
struct bad_field {
	size_t at;
	uint32_t value;
	int expected;
};

static const struct bad_field bad_requests[] = {
	{ AT_MAGIC, 0, -EBADMSG },
	{ AT_MAGIC, UINT32_MAX, -EBADMSG },
	{ AT_VERSION, 0, -EPROTO },
	{ AT_VERSION, WIRE_VERSION + 1, -EPROTO },
	{ AT_VERSION, UINT32_MAX, -EPROTO },
	{ AT_OPERATION, 0, -EBADMSG },
	{ AT_OPERATION, WIRE_OPERATION_END, -EBADMSG },
	{ AT_OPERATION, UINT32_MAX, -EBADMSG },
	{ AT_FLAGS, WIRE_FLAGS + 1, -EBADMSG },
	{ AT_FLAGS, UINT32_MAX, -EBADMSG },
	{ AT_FACILITIES, KTRFAC_ROOT | KTRFAC(KTR_SYSCALL), -EBADMSG },
	{ AT_FACILITIES, UINT32_C(0x01000000), -EBADMSG },
	{ AT_STATE, OWNERSHIP_BACKGROUND + 1, -EBADMSG },
	{ AT_STATE, UINT32_MAX, -EBADMSG },
	{ AT_REQUEST_TEXT_LENGTH, 0, -EBADMSG },
	{ AT_REQUEST_TEXT_LENGTH, 8, -EBADMSG },
	{ AT_REQUEST_TEXT_LENGTH, 10, -EBADMSG },
	{ AT_REQUEST_TEXT_LENGTH, WIRE_TEXT_MAX + 1, -EBADMSG },
	{ AT_REQUEST_TEXT_LENGTH, UINT32_MAX, -EBADMSG },
	{ REQUEST_SIZE, 0, -EBADMSG }, /* NULs in the text */
};

static void bad_requests_are_refused(void **state)
{
	char message[WIRE_MESSAGE_MAX];
	size_t length;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_requests); i++) {
		length = wire_put_request(message, &requests[0]);
		memcpy(message + bad_requests[i].at, &bad_requests[i].value, 4);
		expect_request(message, length, bad_requests[i].expected);
	}
}

static const struct bad_field bad_answers[] = {
	{ AT_MAGIC, 0, -EBADMSG },
	{ AT_VERSION, WIRE_VERSION + 1, -EPROTO },
	{ AT_KIND, 0, -EBADMSG },
	{ AT_KIND, WIRE_WAKE + 1, -EBADMSG },
	{ AT_KIND, UINT32_MAX, -EBADMSG },
	{ AT_ERROR, 1, -EBADMSG },
	{ AT_ERROR, (uint32_t)-4096, -EBADMSG },
	{ AT_ERROR, (uint32_t)INT32_MIN, -EBADMSG },
	{ AT_RULE, PERMISSION_RULE_COUNT, -EBADMSG },
	{ AT_RULE, UINT32_MAX, -EBADMSG },
	{ AT_OWNER, (uint32_t)-1, -EBADMSG },
	{ AT_LATE_COUNT, 1, -EBADMSG },
	{ AT_LATE_COUNT, WIRE_LATE_MAX + 1, -EBADMSG },
	{ AT_LATE_COUNT, UINT32_MAX, -EBADMSG },
	{ AT_LATE, 1, -EBADMSG }, /* nobody is late */
	{ AT_LATE + 4 * (WIRE_LATE_MAX - 1), 1, -EBADMSG },
	{ AT_TEXT_LENGTH, 3, -EBADMSG },
	{ AT_TEXT_LENGTH, 5, -EBADMSG },
	{ AT_TEXT_LENGTH, UINT32_MAX, -EBADMSG },
	{ ANSWER_SIZE, 0, -EBADMSG }, /* NULs in the text */
};

static void bad_answers_are_refused(void **state)
{
	char message[WIRE_MESSAGE_MAX];
	size_t length;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_answers); i++) {
		length = wire_put_answer(message, &answers[2]);
		memcpy(message + bad_answers[i].at, &bad_answers[i].value, 4);
		expect_answer(message, length, bad_answers[i].expected);
	}
	length = wire_put_answer(message, &answers[4]);
	memset(message + AT_LATE, 0xff, 4);
	expect_answer(message, length, -EBADMSG);
}

/* One byte more of text than there may be, and it is all there. */
static void texts_have_a_limit(void **state)
{
	const uint32_t too_long = WIRE_TEXT_MAX + 1;
	char message[WIRE_MESSAGE_MAX];
	struct wire_request request = longest_request();
	struct wire_answer answer = longest_answer();
	size_t length;

	(void)state;
	length = wire_put_request(message, &request);
	memcpy(message + AT_REQUEST_TEXT_LENGTH, &too_long, 4);
	message[length] = 'x';
	expect_request(message, length + 1, -EBADMSG);
	length = wire_put_answer(message, &answer);
	memcpy(message + AT_TEXT_LENGTH, &too_long, 4);
	message[length] = 'x';
	expect_answer(message, length + 1, -EBADMSG);
}

/* Nothing but the head is believed of another version, however short it is. */
static void other_versions_are_told_apart(void **state)
{
	const uint32_t other = WIRE_VERSION + 1;
	char message[WIRE_MESSAGE_MAX] = { 0 };

	(void)state;
	wire_put_request(message, &requests[0]);
	memcpy(message + AT_VERSION, &other, 4);
	expect_request(message, 8, -EPROTO);
	expect_request(message, 7, -EBADMSG);
	expect_request(message, sizeof(message), -EPROTO);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Half of them begin as a message does: what gets through must come out again
 * as it went in. */
static void random_bytes_do_no_harm(void **state)
{
	enum { ROUNDS = 20000 };
	char message[WIRE_MESSAGE_MAX], again[WIRE_MESSAGE_MAX];
	struct wire_request request;
	uint32_t seed = 1;
	unsigned good = 0;
	size_t length, at;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		length = wire_put_request(message, &requests[i % 2]);
		at = i % 4 < 2 ? AT_OPERATION + next_random(&seed) % 32 : 0;
		for (; at < length; at += 1 + next_random(&seed) % 64)
			message[at] = (char)next_random(&seed);
		if (get_request(&request, message, length, 0) != 0)
			continue;
		good++;
		assert_true(wire_put_request(again, &request) == length);
		assert_memory_equal(again, message, length);
	}
	assert_true(good > 0);
}

static void address_names_the_supervisor(void **state)
{
	static const struct name_case {
		pid_t pid;
		unsigned attempt;
		const char *name;
	} cases[] = {
		{ 1, 0, "ktrace-u.1" },
		{ 4711, 0, "ktrace-u.4711" },
		{ 4711, 1, "ktrace-u.4711.1" },
		{ 4711, 15, "ktrace-u.4711.15" },
		{ INT32_MAX, 15, "ktrace-u.2147483647.15" },
	};
	struct sockaddr_un address;
	unsigned length;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		length = wire_address(&address, cases[i].pid, cases[i].attempt);
		assert_int_equal(length,
				 offsetof(struct sockaddr_un, sun_path) + 1 +
				     strlen(cases[i].name));
		assert_int_equal(address.sun_family, AF_UNIX);
		assert_int_equal(address.sun_path[0], 0);
		assert_string_equal(address.sun_path + 1, cases[i].name);
	}
	assert_int_equal(wire_address(&address, 1, 16), 0);
	assert_int_equal(wire_address(&address, 1, UINT32_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_come_back),
		cmocka_unit_test(answers_come_back),
		cmocka_unit_test(lengths_are_exact),
		cmocka_unit_test(bad_requests_are_refused),
		cmocka_unit_test(bad_answers_are_refused),
		cmocka_unit_test(texts_have_a_limit),
		cmocka_unit_test(other_versions_are_told_apart),
		cmocka_unit_test(random_bytes_do_no_harm),
		cmocka_unit_test(address_names_the_supervisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
