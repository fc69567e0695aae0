/*
 * Reads syscalls.def as its interpreters do and looks for rows that would lead
 * them astray: lengths that nothing says, effects without their arguments,
 * classes that do not fit. Says every fault that it finds, not only the first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "sysdesc/select.h"
#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"

/* What the kind of an argument allows. */
enum group { GROUP_NONE, GROUP_VALUE, GROUP_STRING, GROUP_DATA, GROUP_BLOB };

static enum group group_of(const struct sysdesc_arg *arg)
{
	switch ((enum sysdesc_kind)arg->kind) {
	case KIND_NONE:
		return GROUP_NONE;
	case KIND_INT:
	case KIND_UINT:
	case KIND_LONG:
	case KIND_ULONG:
	case KIND_HEX:
	case KIND_POINTER:
	case KIND_FD:
	case KIND_DIRFD:
	case KIND_SIZE:
	case KIND_OFFSET:
	case KIND_FLAGS:
	case KIND_ENUM:
	case KIND_MODE:
	case KIND_DEV:
	case KIND_PID:
	case KIND_UID:
	case KIND_GID:
	case KIND_SIGNAL:
	case KIND_CLOCK:
	case KIND_CMD:
		return GROUP_VALUE;
	case KIND_PATH:
	case KIND_STRING:
	case KIND_ARGV:
	case KIND_ENVP:
		return GROUP_STRING;
	case KIND_BYTES:
	case KIND_IOVEC:
	case KIND_MSGHDR:
	case KIND_MMSGHDR:
	case KIND_MSGBUF:
	case KIND_XATTR:
		return GROUP_DATA;
	case KIND_BLOB:
		return GROUP_BLOB;
	}
	return GROUP_NONE;
}

static bool is_size(const struct sysdesc_arg *arg)
{
	return arg->kind == KIND_SIZE || arg->kind == KIND_INT ||
	       arg->kind == KIND_UINT;
}

static bool is_count(const struct sysdesc_arg *arg)
{
	return is_size(arg) || arg->kind == KIND_LONG ||
	       arg->kind == KIND_ULONG;
}

static bool is_blob(const struct sysdesc_arg *arg, enum sysdesc_blob blob)
{
	return arg->kind == KIND_BLOB && arg->set == blob;
}

static bool is_flags(const struct sysdesc_arg *arg, enum sysdesc_flagset set)
{
	return arg->kind == KIND_FLAGS && arg->set == set;
}

static const char *check_direction(const struct sysdesc_arg *arg)
{
	switch (group_of(arg)) {
	case GROUP_NONE:
		return "is no argument";
	case GROUP_VALUE:
		return arg->direction == DIRECTION_NONE ? NULL
							: "a value moves";
	case GROUP_STRING:
		return arg->direction == DIRECTION_IN ? NULL
						      : "a string comes out";
	case GROUP_DATA:
		return arg->direction == DIRECTION_IN ||
			       arg->direction == DIRECTION_OUT
			   ? NULL
			   : "data moves not one way";
	case GROUP_BLOB:
		return arg->direction == DIRECTION_NONE ? "a blob stays" : NULL;
	}
	return "is of a group that nobody knows";
}

static const char *check_set(const struct sysdesc_arg *arg)
{
	switch (arg->kind) {
	case KIND_BLOB:
		return arg->set > BLOB_NONE && arg->set < BLOB_COUNT
			   ? NULL
			   : "set is no blob";
	case KIND_BYTES:
		return arg->set == BLOB_NONE || arg->set == BLOB_DIRENT ||
			       arg->set == BLOB_DIRENT64
			   ? NULL
			   : "set is no listing";
	case KIND_FLAGS:
	case KIND_ENUM:
	case KIND_CMD:
		return arg->set > FLAGSET_NONE && arg->set < FLAGSET_COUNT
			   ? NULL
			   : "set is no flagset";
	case KIND_PATH:
		return arg->set > USE_NONE && arg->set < USE_COUNT
			   ? NULL
			   : "nobody says what becomes of it";
	case KIND_FD:
	case KIND_PID:
		return arg->set < USE_COUNT ? NULL : "set is no use";
	default:
		return arg->set == 0 ? NULL : "has a set";
	}
}

/* Which length rules a kind may have. */
static const char *check_rule(const struct sysdesc_arg *arg)
{
	bool fits = false;

	switch (group_of(arg)) {
	case GROUP_NONE:
	case GROUP_VALUE:
	case GROUP_STRING:
		fits = arg->length == LENGTH_NONE;
		break;
	case GROUP_DATA:
		if (arg->kind == KIND_BYTES || arg->kind == KIND_MSGBUF ||
		    arg->kind == KIND_XATTR)
			fits = arg->length == LENGTH_RESULT ||
			       arg->length == LENGTH_ARG;
		else if (arg->kind == KIND_MMSGHDR)
			fits = arg->length == LENGTH_RESULTS;
		else
			fits = arg->length == LENGTH_RESULT;
		break;
	case GROUP_BLOB:
		fits = arg->length != LENGTH_NONE;
		break;
	}
	return fits ? NULL : "has a length rule that its kind does not know";
}

/* What the length rule looks at. */
static const char *check_length(const struct sysdesc_row *row, unsigned index)
{
	const struct sysdesc_arg *arg = &row->arg[index];
	const struct sysdesc_arg *by = &row->arg[arg->len_arg];
	bool fits = false;

	if (arg->len_arg >= row->narg)
		return "len_arg is out of range";
	switch ((enum sysdesc_length)arg->length) {
	case LENGTH_NONE:
	case LENGTH_FIXED:
		if (arg->when == WHEN_FOUND)
			return by->kind == KIND_BLOB ? NULL : "found nowhere";
		return arg->len_arg == 0 ? NULL : "len_arg without use";
	case LENGTH_RESULT:
		if (row->result != RESULT_COUNT)
			return "RESULT, but the result is no count";
		fits = arg->kind == KIND_MSGHDR ? arg->len_arg == 0
						: is_count(by);
		break;
	case LENGTH_RESULTS:
		if (row->result != RESULT_NUMBER)
			return "RESULTS, but the result is no number";
		fits = is_count(by);
		break;
	case LENGTH_ARG:
		fits = is_size(by);
		break;
	case LENGTH_ARGS:
		fits = is_count(by);
		break;
	case LENGTH_VERSION:
		fits = is_blob(by, BLOB_CAP_HEADER) &&
		       by->length == LENGTH_FIXED;
		break;
	case LENGTH_DEREF:
		fits = is_blob(by, BLOB_U32) && by->length == LENGTH_FIXED &&
		       by->direction == DIRECTION_INOUT;
		break;
	}
	return fits ? NULL : "len_arg points at what says no length";
}

static const char *check_argument(const struct sysdesc_row *row, unsigned index)
{
	const struct sysdesc_arg *arg = &row->arg[index];
	const char *said;

	if (!arg->name || arg->name[0] == '\0')
		return "has no name";
	for (unsigned i = 0; i < index; i++)
		if (strcmp(arg->name, row->arg[i].name) == 0)
			return "has the name of another";
	if (arg->kind == KIND_DIRFD &&
	    (index + 1 == row->narg || arg[1].kind != KIND_PATH))
		return "a DIRFD without its PATH";
	said = check_direction(arg);
	if (!said)
		said = check_set(arg);
	if (!said)
		said = check_rule(arg);
	if (!said)
		said = check_length(row, index);
	return said;
}

static bool has_kind(const struct sysdesc_row *row, enum sysdesc_kind kind)
{
	for (unsigned i = 0; i < row->narg; i++)
		if (row->arg[i].kind == kind)
			return true;
	return false;
}

static const char *check_effect(const struct sysdesc_row *row)
{
	const struct sysdesc_arg *arg = row->arg;
	bool fits = true;

	switch ((enum sysdesc_effect)row->effect) {
	case EFFECT_SIGACTION:
		fits = arg[0].kind == KIND_SIGNAL &&
		       (is_blob(&arg[1], BLOB_SIGACTION) ||
			is_blob(&arg[1], BLOB_OLD_SIGACTION));
		break;
	case EFFECT_SIGNAL:
		fits = arg[0].kind == KIND_SIGNAL &&
		       arg[1].kind == KIND_POINTER;
		break;
	case EFFECT_EXEC:
		fits = has_kind(row, KIND_PATH) && has_kind(row, KIND_ARGV) &&
		       has_kind(row, KIND_ENVP);
		break;
	case EFFECT_SPAWN:
		fits = row->narg == 0 || is_flags(&arg[0], FLAGSET_CLONE);
		break;
	case EFFECT_SPAWN3:
		fits = is_blob(&arg[0], BLOB_CLONE_ARGS);
		break;
	case EFFECT_UNSHARE:
		fits = is_flags(&arg[0], FLAGSET_NAMESPACE);
		break;
	case EFFECT_EXIT:
	case EFFECT_EXIT_GROUP:
		fits = row->result == RESULT_NONE;
		break;
	case EFFECT_UTRACE:
		fits = row->narg == 4 && arg[0].kind == KIND_POINTER &&
		       arg[1].kind == KIND_SIZE && arg[2].kind == KIND_POINTER;
		break;
	case EFFECT_COMM:
		fits = is_count(&arg[0]) || arg[0].kind == KIND_CMD;
		break;
	case EFFECT_RENAME:
		fits = has_kind(row, KIND_PATH);
		break;
	case EFFECT_UNLINKAT:
		fits = is_flags(&arg[2], FLAGSET_AT);
		break;
	case EFFECT_PTRACE:
		fits = arg[0].kind == KIND_CMD && arg[1].kind == KIND_PID;
		break;
	case EFFECT_SECCOMP:
		fits = arg[0].kind == KIND_CMD;
		break;
	case EFFECT_SETNS:
		fits = is_flags(&arg[1], FLAGSET_NAMESPACE);
		break;
	case EFFECT_RINGS:
	case EFFECT_FAULTS:
		fits = row->result == RESULT_FD;
		break;
	case EFFECT_SUBMIT:
		fits = is_count(&arg[1]) && arg[2].kind == KIND_BLOB;
		break;
	case EFFECT_ATTACH:
		fits = row->result == RESULT_ADDRESS;
		break;
	case EFFECT_MAP:
		fits = row->result == RESULT_ADDRESS &&
		       (row->narg == 1 || is_flags(&arg[2], FLAGSET_PROT));
		break;
	case EFFECT_PROTECT:
		fits = arg[0].kind == KIND_POINTER &&
		       arg[1].kind == KIND_SIZE &&
		       is_flags(&arg[2], FLAGSET_PROT);
		break;
	case EFFECT_UNMAP:
		fits = arg[0].kind == KIND_POINTER && arg[1].kind == KIND_SIZE;
		break;
	case EFFECT_REMAP:
		fits = row->result == RESULT_ADDRESS &&
		       arg[1].kind == KIND_SIZE && arg[2].kind == KIND_SIZE;
		break;
	case EFFECT_DUP:
		fits = arg[0].kind == KIND_FD && row->result == RESULT_FD;
		break;
	case EFFECT_FCNTL:
		fits = arg[0].kind == KIND_FD && arg[1].kind == KIND_CMD;
		break;
	case EFFECT_CLOSE:
		fits = arg[0].kind == KIND_FD;
		break;
	case EFFECT_CLOSE_RANGE:
		fits = row->narg == 3 && arg[2].kind == KIND_FLAGS;
		break;
	case EFFECT_ADDRESS:
		fits = arg[0].kind == KIND_FD && arg[1].kind == KIND_BLOB &&
		       arg[1].direction == DIRECTION_IN;
		break;
	case EFFECT_NONE:
	case EFFECT_SLEEP:
	case EFFECT_AFFINITY:
	case EFFECT_CWD:
	case EFFECT_ROOT:
	case EFFECT_CREDS:
	case EFFECT_SIGRETURN:
		break;
	}
	return fits ? NULL : "an effect without the arguments it needs";
}

static const char *check_classes(const struct sysdesc_row *row)
{
	bool is_named = has_kind(row, KIND_PATH);
	bool is_descriptor = has_kind(row, KIND_FD) ||
			     has_kind(row, KIND_DIRFD) ||
			     row->result == RESULT_FD;

	if (row->classes >> SYSDESC_CLASS_COUNT)
		return "a class that is none";
	if (is_named && !(row->classes & CLASS_FILE))
		return "a path, but not of class file";
	/* getcwd gives a path, instead of taking one. */
	if (!is_named && row->classes & CLASS_FILE &&
	    !has_kind(row, KIND_BYTES))
		return "of class file without a path";
	if (is_descriptor && !(row->classes & CLASS_DESC))
		return "a descriptor, but not of class desc";
	if (row->effect == EFFECT_CREDS && !(row->classes & CLASS_CREDS))
		return "changes ids, but not of class creds";
	return NULL;
}

static const char *check_row(const struct sysdesc_row *row)
{
	const char *said;

	if (!row->name || row->name[0] == '\0')
		return "has no name";
	if (row->narg > ARRAY_LEN(row->arg))
		return "has too many arguments";
	for (unsigned i = row->narg; i < ARRAY_LEN(row->arg); i++)
		if (row->arg[i].kind != KIND_NONE || row->arg[i].name)
			return "has arguments behind its last";
	said = check_effect(row);
	return said ? said : check_classes(row);
}

static unsigned complain(const struct sysdesc_row *row, const char *name,
			 const char *said)
{
	if (said)
		print_error("%s: %s: %s\n", row->name, name, said);
	return said != NULL;
}

static void rows_can_be_interpreted(void **state)
{
	unsigned faults = 0;

	(void)state;
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		faults += complain(row, "row", check_row(row));
		for (unsigned n = 0; n < row->narg; n++)
			faults += complain(row, row->arg[n].name,
					   check_argument(row, n));
	}
	assert_int_equal(faults, 0);
}

/* The checks themselves: each of these rows has one fault. */
/* clang-format off */
#define READ_ROW(result, ...) \
	{ "bad", CLASS_DESC, 3, result, EFFECT_NONE, { \
		{ .name = "fd", .kind = KIND_FD }, \
		{ .name = "buf", __VA_ARGS__ }, \
		{ .name = "count", .kind = KIND_SIZE } } }
/* clang-format on */
static const struct sysdesc_row bad_arguments[] = {
	READ_ROW(RESULT_COUNT, KIND_BYTES, DIRECTION_OUT, LENGTH_RESULT, 3),
	READ_ROW(RESULT_COUNT, KIND_BYTES, DIRECTION_OUT, LENGTH_RESULT, 0),
	READ_ROW(RESULT_ZERO, KIND_BYTES, DIRECTION_OUT, LENGTH_RESULT, 2),
	READ_ROW(RESULT_COUNT, KIND_BYTES, DIRECTION_NONE, LENGTH_RESULT, 2),
	READ_ROW(RESULT_COUNT, KIND_BYTES, DIRECTION_OUT, LENGTH_FIXED, 0),
	READ_ROW(RESULT_ZERO, KIND_BLOB, DIRECTION_OUT, LENGTH_DEREF, 2,
		 BLOB_STAT),
	READ_ROW(RESULT_ZERO, KIND_BLOB, DIRECTION_OUT, LENGTH_ARG, 2,
		 BLOB_COUNT),
	READ_ROW(RESULT_ZERO, KIND_BLOB, DIRECTION_OUT, LENGTH_RESULTS, 2,
		 BLOB_STAT),
	READ_ROW(RESULT_ZERO, .kind = KIND_DIRFD),
	READ_ROW(RESULT_ZERO, .kind = KIND_NONE),
	READ_ROW(RESULT_ZERO, .kind = KIND_FLAGS),
};

static void checks_find_faults(void **state)
{
	static const struct sysdesc_row good =
	    READ_ROW(RESULT_COUNT, KIND_BYTES, DIRECTION_OUT, LENGTH_RESULT, 2);

	(void)state;
	assert_null(check_argument(&good, 1));
	for (size_t i = 0; i < ARRAY_LEN(bad_arguments); i++)
		assert_non_null(check_argument(&bad_arguments[i], 1));
}

/* A name means one call in an ABI; a call with a name has a number. */
static void names_are_unique_in_an_abi(void **state)
{
	unsigned faults = 0;

	(void)state;
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);
		unsigned uses = 0;

		for (unsigned abi = 0; abi < SYSDESC_ABI_COUNT; abi++) {
			uses += sysdesc_number(abi, row) != -1;
			for (unsigned j = 0; j < i; j++) {
				const struct sysdesc_row *other =
				    sysdesc_row(j);

				if (strcmp(row->name, other->name) == 0 &&
				    sysdesc_number(abi, row) != -1 &&
				    sysdesc_number(abi, other) != -1)
					faults +=
					    complain(row, sysdesc_abi_name(abi),
						     "named twice");
			}
		}
		/* utrace is the recorder's own. */
		if (!uses && row->effect != EFFECT_UTRACE)
			faults += complain(row, "row", "is of no ABI");
	}
	assert_int_equal(faults, 0);
}

/* sets.h names nothing that no row has. */
/* Those of commands, and those that capture finds through others. */
static void take_others(bool *blobs)
{
	static const enum sysdesc_blob led_to[] = {
		BLOB_IOVEC,         BLOB_MSGHDR,        BLOB_CONTROL,
		BLOB_XATTR_ARGS,    BLOB_SOCK_FILTER,   BLOB_IOCTL,
		BLOB_SIGINFO_KILL,  BLOB_SIGINFO_QUEUE, BLOB_SIGINFO_TIMER,
		BLOB_SIGINFO_CHILD, BLOB_SIGINFO_FAULT, BLOB_SIGINFO_POLL,
		BLOB_CAP_DATA_HALF, BLOB_SIGINFO_CALL,
	};

	for (size_t i = 0; i < ARRAY_LEN(led_to); i++)
		blobs[led_to[i]] = true;
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_commands *those =
		    sysdesc_commands(sysdesc_row(i));

		for (unsigned n = 0; those && n < those->count; n++)
			blobs[those->commands[n].blob] = true;
	}
}

static void sets_are_used(void **state)
{
	bool blobs[BLOB_COUNT] = { [BLOB_NONE] = true };

	(void)state;
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		for (unsigned n = 0; n < row->narg; n++)
			if (row->arg[n].kind == KIND_BLOB ||
			    row->arg[n].kind == KIND_BYTES)
				blobs[row->arg[n].set] = true;
	}
	take_others(blobs);
	for (unsigned i = 0; i < BLOB_COUNT; i++)
		if (!blobs[i])
			fail_msg("no row has blob %u", i);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_can_be_interpreted),
		cmocka_unit_test(checks_find_faults),
		cmocka_unit_test(names_are_unique_in_an_abi),
		cmocka_unit_test(sets_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
