/*
 * Flags, commands and other constants in the arguments of calls, against
 * strace: each one that either of the two has a name for must read the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "decode/constant.h"
#include "support/run.h"
#include "support/trace.h"

#define ARGUMENTS_MAX 6
#define CALLS_MAX     512
#define MARK          "getppid"

/* A call as strace shows it. */
struct call {
	char name[32];
	unsigned count;
	char args[ARGUMENTS_MAX][512];
};
struct calls {
	unsigned count;
	struct call calls[CALLS_MAX];
};

/* Where strace says the same in other words. */
static const struct other_words {
	const char *theirs;
	const char *ours;
} other_words[] = {
	/* It names what is meant when none of the bits is set. */
	{ "AT_STATX_SYNC_AS_STAT|", "" },
	{ "WSTOPPED", "WUNTRACED" },
	{ "0x40000002", "SCHED_RR|SCHED_RESET_ON_FORK" },
	{ "BTRFS_IOC_CLONE or FICLONE", "FICLONE" },
	{ "QCMD(Q_GETQUOTA, USRQUOTA)", "Q_GETQUOTA|USRQUOTA" },
	{ "QCMD(Q_QUOTAON, GRPQUOTA)", "Q_QUOTAON|GRPQUOTA" },
	/* A mode. */
	{ "000", "0" },
};

/* Arguments that it shows elsewhere: it makes one of two, or leaves out what
 * the kernel does not look at. */
static const struct other_place {
	const char *call;
	unsigned ours;
	unsigned theirs;
} other_places[] = {
	{ "preadv2", 5, 4 },
	{ "pwritev2", 5, 4 },
	{ "futex", 5, 4 },
	{ "clone", 0, 1 },
};

/* ---- strace ---- */

static void drop_comments(char *text)
{
	char *begin, *end;

	while ((begin = strstr(text, " /* ")) && (end = strstr(begin, " */"))) {
		end += 3;
		memmove(begin, end, strlen(end) + 1);
	}
}

/* "flags=" of clone. */
static void drop_label(char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	if (length > 0 && text[length] == '=')
		memmove(text, text + length + 1, strlen(text + length));
}

static void use_our_words(char *text, size_t room)
{
	for (size_t i = 0; i < ARRAY_LEN(other_words); i++) {
		const struct other_words *words = &other_words[i];
		char *at = strstr(text, words->theirs);
		char rest[512];

		if (!at ||
		    (*words->theirs < 'A' && strcmp(text, words->theirs)))
			continue;
		snprintf(rest, sizeof(rest), "%s", at + strlen(words->theirs));
		snprintf(at, room - (size_t)(at - text), "%s%s", words->ours,
			 rest);
	}
}

/* The end of an argument: what stands in brackets or quotes belongs to it. */
static const char *argument_end(const char *at)
{
	unsigned depth = 0;
	bool is_quoted = false;

	for (; *at; at++) {
		if (*at == '"' && at[-1] != '\\')
			is_quoted = !is_quoted;
		if (is_quoted)
			continue;
		if (depth == 0 && (*at == ',' || *at == ')'))
			break;
		if (strchr("([{", *at))
			depth++;
		if (strchr(")]}", *at))
			depth--;
	}
	return at;
}

/* "name(argument, argument) = result". False: the line is no call. */
static bool read_call(struct call *ret, const char *line)
{
	const char *at = strchr(line, '(');

	*ret = (struct call){ 0 };
	if (!at || (size_t)(at - line) >= sizeof(ret->name))
		return false;
	memcpy(ret->name, line, (size_t)(at - line));
	for (at++; *at && *at != ')' && ret->count < ARGUMENTS_MAX;
	     at += strspn(at, ", ")) {
		const char *end = argument_end(at);
		char *arg = ret->args[ret->count];

		snprintf(arg, sizeof(ret->args[0]), "%.*s", (int)(end - at),
			 at);
		drop_comments(arg);
		drop_label(arg);
		use_our_words(arg, sizeof(ret->args[0]));
		ret->count++;
		at = end;
	}
	return true;
}

/* The calls between the marks. */
static void read_calls(struct calls *ret, struct text *output)
{
	char *rest = NULL;
	char *line = strtok_r((char *)(uintptr_t)text_string(output), "\n",
			      &rest);
	unsigned marks = 0;
	struct call call;

	ret->count = 0;
	for (; line; line = strtok_r(NULL, "\n", &rest)) {
		if (!read_call(&call, line))
			continue;
		if (!strcmp(call.name, MARK))
			marks++;
		else if (marks == 1) {
			assert_true(ret->count < CALLS_MAX);
			ret->calls[ret->count++] = call;
		}
	}
	assert_int_equal(marks, 2);
}

static void ask_strace(struct calls *ret, const struct run_place *place)
{
	char program[2 * PATH_MAX];
	const char *argv[] = { "strace", "-o", "strace.out", program, NULL };
	struct run_spec spec = { .argv = argv };
	struct text output = TEXT_INIT;
	struct run_result result;
	char path[PATH_MAX];

	snprintf(program, sizeof(program), "%s/constants", place->programs);
	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	run_place_file(place, "strace.out", path);
	assert_int_equal(run_read_file(&output, path), 0);
	read_calls(ret, &output);
	text_done(&output);
}

/* ---- the same ---- */

/* "" where it shows nothing. */
static const char *their_words(const struct call *call, unsigned index)
{
	for (size_t i = 0; i < ARRAY_LEN(other_places); i++) {
		if (strcmp(other_places[i].call, call->name))
			continue;
		if (other_places[i].theirs == index)
			return "";
		if (other_places[i].ours != index)
			continue;
		index = other_places[i].theirs;
		break;
	}
	return index < call->count ? call->args[index] : "";
}

/* Whether each name of one stands in the other, in whatever order. */
static bool has_words(const char *all, const char *words)
{
	for (size_t length; *words; words += length + (words[length] == '|')) {
		const char *at = all;

		length = strcspn(words, "|");
		while ((strncmp(at, words, length) ||
			(at[length] && at[length] != '|')) &&
		       *(at += strcspn(at, "|")))
			at++;
		if (!*at)
			return false;
	}
	return true;
}

static bool is_same(const char *ours, const char *theirs)
{
	return has_words(ours, theirs) && has_words(theirs, ours);
}

/* Whether they name something: no address, no structure, no number. */
static bool has_name(const char *theirs)
{
	return strspn(theirs, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") >= 3 &&
	       strcmp(theirs, "NULL") != 0;
}

static void our_words(struct text *text, const struct trace_item *item,
		      unsigned index)
{
	struct constant constant;

	text_clear(text);
	if (constant_of(&item->record, item->row, item->abi, index, &constant))
		constant_put(text, &constant, CONSTANT_NAMES);
}

/* How many arguments were the same; a difference is printed and counted. */
static unsigned compare(const struct call *call, const struct trace_item *item,
			unsigned *differences)
{
	const struct sysdesc_row *row = item->row;
	struct text text = TEXT_INIT;
	unsigned same = 0;

	for (unsigned i = 0; i < row->narg; i++) {
		const char *theirs = their_words(call, i);

		our_words(&text, item, i);
		if (text.length == 0 && !has_name(theirs))
			continue;
		if (is_same(text_string(&text), theirs)) {
			same++;
			continue;
		}
		printf("%s(%s): strace says \"%s\", we say \"%s\"\n", row->name,
		       row->arg[i].name, theirs, text_string(&text));
		++*differences;
	}
	text_done(&text);
	return same;
}

static void compare_all(const struct trace *trace, const struct calls *theirs)
{
	unsigned marks = 0, at = 0, same = 0, differences = 0;

	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_item *item = &trace->items[i];

		if (item->record.kind != KTR_SYSCALL)
			continue;
		assert_non_null(item->row);
		if (!strcmp(item->row->name, MARK)) {
			marks++;
		} else if (marks == 1) {
			assert_true(at < theirs->count);
			assert_string_equal(item->row->name,
					    theirs->calls[at].name);
			same += compare(&theirs->calls[at++], item,
					&differences);
		}
	}
	assert_int_equal(at, theirs->count);
	printf("%u arguments of %u calls are the same\n", same, at);
	assert_int_equal(differences, 0);
	assert_true(at > 150 && same > 250);
}

static void test_constants(void **state)
{
	static const char *const options[] = { "-f", "ktrace.out", NULL };
	static const char *const argv[] = { "prog:constants", NULL };
	const struct run_spec spec = { .argv = argv, .trace = options };
	static struct calls theirs;
	struct run_result result;
	struct run_place place;
	struct trace trace;
	char path[PATH_MAX];

	assert_int_equal(run_place_open(&place, *(const enum run_user *)*state),
			 0);
	if (!run_has(&place, "strace")) {
		printf("skipped: strace is not there\n");
		run_place_close(&place);
		skip();
	}
	ask_strace(&theirs, &place);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	run_place_file(&place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	compare_all(&trace, &theirs);
	trace_done(&trace);
	run_place_close(&place);
}

int main(void)
{
	static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_constants, &users[0]),
		cmocka_unit_test_prestate(test_constants, &users[1]),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
