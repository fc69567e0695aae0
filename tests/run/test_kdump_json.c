/*
 * kdump-u --json as a parser that is not ours sees it: each line is a document,
 * each record has one, and nothing of a record is lost on the way.
 * Libraries: jansson
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "support/command.h"
#include "support/golden.h"
#include "trace/facility.h"
#include "trace/reader.h"

/* The bytes that a member stands for, as text or in base64. */
static size_t bytes_of(const json_t *object, const char *name, char *to,
		       size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const json_t *plain = json_object_get(object, name);
	const char *at;
	char encoded[64];
	uint32_t bits = 0;
	unsigned count = 0;
	size_t length = 0;

	if (plain) {
		assert_true(json_is_string(plain));
		assert_true(json_string_length(plain) <= size);
		memcpy(to, json_string_value(plain), json_string_length(plain));
		return json_string_length(plain);
	}
	snprintf(encoded, sizeof(encoded), "%s_b64", name);
	at = json_string_value(json_object_get(object, encoded));
	if (!at)
		fail_msg("there is neither %s nor %s", name, encoded);
	for (; at && *at && *at != '='; at++) {
		assert_non_null(strchr(digits, *at));
		bits = bits << 6 | (uint32_t)(strchr(digits, *at) - digits);
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		assert_true(length < size);
		to[length++] = (char)(bits >> count);
	}
	return length;
}

static void must_hold(const json_t *object, const char *name, const void *data,
		      size_t length)
{
	static char got[1 << 16];

	assert_int_equal(bytes_of(object, name, got, sizeof(got)), length);
	assert_memory_equal(got, data, length);
}

static void must_be_number(const json_t *object, const char *name,
			   int64_t number)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value))
		fail_msg("%s is no number", name);
	assert_int_equal(json_integer_value(value), number);
}

/* What every object has. */
static void check_head(const json_t *object, const struct record *record,
		       const char *event)
{
	char time[64];

	snprintf(time, sizeof(time), "%llu.%09llu",
		 (unsigned long long)(record->time_ns / 1000000000),
		 (unsigned long long)(record->time_ns % 1000000000));
	must_be_number(object, "v", 1);
	must_be_number(object, "pid", record->pid);
	must_be_number(object, "tid", record->tid);
	must_hold(object, "time", time, strlen(time));
	must_hold(object, "comm", record->comm, strlen(record->comm));
	must_hold(object, "ev", event, strlen(event));
	if (record->cpu < 0)
		assert_null(json_object_get(object, "cpu"));
	else
		must_be_number(object, "cpu", record->cpu);
}

static void check_syscall(const json_t *object, const struct record *record)
{
	const json_t *args = json_object_get(object, "args");
	char wanted[32];

	assert_int_equal(json_array_size(args), record->syscall.narg);
	for (unsigned i = 0; i < record->syscall.narg; i++) {
		snprintf(wanted, sizeof(wanted), "0x%llx",
			 (unsigned long long)record_arg(record, i));
		assert_string_equal(json_string_value(json_array_get(args, i)),
				    wanted);
	}
}

static void check_sysret(const json_t *object, const struct record *record)
{
	must_be_number(object, "error", record->sysret.error);
	if (record->sysret.error == 0)
		must_be_number(object, "result", record->sysret.retval);
	else
		assert_null(json_object_get(object, "result"));
}

static void check_strings(const json_t *object, const struct record *record)
{
	const json_t *array = json_object_get(object,
					      facility_name(record->kind));
	const char *at = (const char *)record->raw.data;
	size_t left = record->raw.length;
	const json_t *item;
	size_t index, one;

	assert_true(json_is_array(array));
	json_array_foreach(array, index, item)
	{
		one = strnlen(at, left);
		if (json_is_string(item)) {
			assert_int_equal(json_string_length(item), one);
			assert_memory_equal(json_string_value(item), at, one);
		} else {
			assert_true(
			    json_is_string(json_object_get(item, "b64")));
		}
		one += one < left;
		at += one;
		left -= one;
	}
	assert_int_equal(left, 0);
}

/* What is known is there field by field, or else byte by byte. */
static void check_struct(const json_t *object, const struct record *record)
{
	must_hold(object, "name", record->structure.name,
		  strlen(record->structure.name));
	if (json_object_get(object, "fields"))
		assert_true(json_is_object(json_object_get(object, "fields")));
	else if (!json_object_get(object, "value"))
		must_hold(object, "data", record->structure.data,
			  record->structure.length);
}

static void check_body(const json_t *object, const struct record *record)
{
	switch (record->kind) {
	case KTR_SYSCALL:
		check_syscall(object, record);
		break;
	case KTR_SYSRET:
		check_sysret(object, record);
		break;
	case KTR_NAMEI:
		must_hold(object, "path", record->raw.data, record->raw.length);
		break;
	case KTR_GENIO:
		must_be_number(object, "fd", record->genio.fd);
		must_be_number(object, "size", (int64_t)record->genio.length);
		must_hold(object, "data", record->genio.data,
			  record->genio.length);
		break;
	case KTR_PSIG:
		must_be_number(object, "signo", record->psig.signo);
		must_be_number(object, "code", record->psig.code);
		break;
	case KTR_STRUCT:
	case KTR_STRUCT_ARRAY:
		check_struct(object, record);
		break;
	case KTR_ARGS:
	case KTR_ENVS:
		check_strings(object, record);
		break;
	case KTR_USER:
		must_hold(object, "data", record->raw.data, record->raw.length);
		break;
	}
}

/* The next line of the output as an object. */
static json_t *next_object(struct text *out, size_t *at)
{
	const char *line = text_string(out) + *at;
	const char *end = strchr(line, '\n');
	json_error_t error;
	json_t *object;

	if (!end)
		fail_msg("there is no line any more");
	object = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES,
			    &error);
	if (!object)
		fail_msg("%s: %.*s", error.text, (int)(end - line), line);
	assert_true(json_is_object(object));
	*at += (size_t)(end - line) + 1;
	return object;
}

static void check_object(struct text *out, size_t *at,
			 const struct record *record, bool is_drop)
{
	const char *event = is_drop ? "drop" : facility_name(record->kind);
	json_t *object = next_object(out, at);

	check_head(object, record, event);
	if (!is_drop)
		check_body(object, record);
	json_decref(object);
}

static void check_trace(const char *name)
{
	const char *argv[] = { KDUMP_U, "--json", NULL, NULL };
	_cleanup_fd_ int fd = -1;
	struct command_result result;
	struct reader *reader;
	struct record record;
	char path[256];
	size_t at = 0;

	snprintf(path, sizeof(path), "%s.ktr", name);
	argv[2] = path;
	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_true(WIFEXITED(result.status));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(reader_open(&reader, fd), 0);
	while (reader_next(reader, &record) == READER_RECORD) {
		if (record.after_drop)
			check_object(&result.out, &at, &record, true);
		check_object(&result.out, &at, &record, false);
	}
	assert_int_equal(at, result.out.length);
	reader_close(reader);
	command_done(&result);
}

static void test_good(void **state)
{
	(void)state;
	for (const struct golden *golden = golden_good; golden->name; golden++)
		check_trace(golden->name);
}

static void test_broken(void **state)
{
	char name[256];

	(void)state;
	for (const struct golden *golden = golden_broken; golden->name;
	     golden++) {
		snprintf(name, sizeof(name), "broken/%s", golden->name);
		check_trace(name);
	}
}

/* The members of the fields of the first structure of a name. */
static json_t *fields_of(const char *file, const char *name)
{
	const char *argv[] = { KDUMP_U, "--json", file, NULL };
	struct command_result result;
	json_t *fields = NULL;
	json_t *object;
	size_t at = 0;

	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	while (!fields && at < result.out.length) {
		object = next_object(&result.out, &at);
		if (json_object_get(object, "name") &&
		    !strcmp(json_string_value(json_object_get(object, "name")),
			    name))
			fields =
			    json_deep_copy(json_object_get(object, "fields"));
		json_decref(object);
	}
	command_done(&result);
	assert_non_null(fields);
	return fields;
}

static void test_fields(void **state)
{
	json_t *fields = fields_of("ours.ktr", "process");
	const json_t *list = json_object_get(fields, "group");

	(void)state;
	must_be_number(fields, "ppid", 4241);
	must_hold(fields, "cwd", "/home/user", 10);
	/* A list by nature stays one when it has one item. */
	assert_int_equal(json_array_size(list), 1);
	assert_int_equal(json_integer_value(json_array_get(list, 0)), 27);
	list = json_object_get(fields, "nspid");
	assert_int_equal(json_array_size(list), 2);
	assert_int_equal(json_integer_value(json_array_get(list, 1)), 17);
	json_decref(fields);
	fields = fields_of("calls.ktr", "session");
	list = json_object_get(fields, "command");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_string_value(json_array_get(list, 1)),
			    "hi there");
	json_decref(fields);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_fields),
	};

	if (chdir(SOURCE_DIR "/tests/golden") < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
