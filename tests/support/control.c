/*
 * ktrace-u as a child of the test, and programs that answer words. Must judge
 * nothing but what its header says.
 */
#include "support/control.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include <sys/stat.h>

#include "support/attach.h"
#include "support/status.h"
#include "support/trace.h"

#define PATIENCE_MS 30000
#define WORD_MAX    64
#define OPTIONS_MAX 512

/* ---- places ---- */

void control_place(struct run_place *ret, enum run_user user)
{
	assert_int_equal(run_place_open(ret, user), 0);
	assert_int_equal(chmod(ret->path, 01777), 0);
}

struct run_place control_place_of(const struct run_place *place, uid_t uid)
{
	struct run_place other = *place;

	other.drops = uid != 0;
	other.uid = uid;
	other.gid = uid;
	return other;
}

/* ---- whom to trace ---- */

void control_start(struct control_target *ret, const struct run_place *place,
		   const struct run_spec *spec)
{
	struct run_spec own = *spec;

	*ret = (struct control_target){
		.place = *place,
		.in = fault_pipe(),
		.out = fault_pipe(),
	};
	own.in = ret->in.read;
	own.out = ret->out.write;
	assert_int_equal(run_start(&ret->child, place, &own), 0);
	fault_close(&ret->in.read);
	fault_close(&ret->out.write);
	if (!spec->trace)
		status_await(ret->child.pid, 'S');
}

void control_say(const struct control_target *target, const char *word)
{
	char line[WORD_MAX], back[WORD_MAX] = { 0 };
	size_t length = (size_t)snprintf(line, sizeof(line), "%s\n", word);
	size_t got = 0;

	assert_true(length < sizeof(line));
	assert_int_equal(write(target->in.write, line, length), length);
	while (got < length) {
		ssize_t n;

		if (!fault_await(target->out.read, PATIENCE_MS)) {
			status_print_hang(target->child.pid);
			fail_msg("no answer to \"%s\"", word);
		}
		n = read(target->out.read, back + got, length - got);
		if (n <= 0)
			fail_msg("it ended before it answered \"%s\"", word);
		got += (size_t)n;
	}
	assert_string_equal(back, line);
	/* The answer is here before its call has been seen to end. */
	status_await(target->child.pid, 'S');
}

void control_finish(struct control_target *target)
{
	struct run_result result;
	char byte;

	fault_close(&target->in.write);
	assert_int_equal(run_finish(&target->child, &result), 0);
	assert_true(run_exited(&result, 0));
	attach_must_be_silent(&result.err);
	assert_int_equal(read(target->out.read, &byte, 1), 0);
	fault_close(&target->out.read);
	run_result_done(&result);
}

void control_must_be_free(pid_t pid)
{
	assert_int_equal(status_tracer(pid), 0);
	status_await(pid, 'S');
	assert_int_equal(status_signals(pid, "SigPnd"), 0);
	assert_int_equal(status_signals(pid, "ShdPnd"), 0);
}

void control_await_untraced(pid_t pid)
{
	uint64_t until = fault_now_ms() + PATIENCE_MS;

	while (status_tracer(pid)) {
		if (fault_now_ms() > until) {
			status_print_hang(pid);
			fail_msg("still traced after %d ms", PATIENCE_MS);
		}
		status_pause();
	}
}

/* ---- asking ---- */

/* argv from the words of a text, which is cut up. */
static size_t cut(const char **argv, size_t count, char *words)
{
	char *state = NULL;

	for (char *word = strtok_r(words, " ", &state); word;
	     word = strtok_r(NULL, " ", &state)) {
		assert_true(count < RUN_WORDS_MAX - 2);
		argv[count++] = word;
	}
	return count;
}

void control_begin(struct run_child *ret, const struct run_place *place,
		   const char *options, pid_t id)
{
	const char *argv[RUN_WORDS_MAX] = { place->ktrace };
	const struct run_spec spec = { .argv = argv };
	char words[OPTIONS_MAX], number[16];
	size_t count;

	assert_true(strlen(options) < sizeof(words));
	snprintf(words, sizeof(words), "%s", options);
	count = cut(argv, 1, words);
	snprintf(number, sizeof(number), "%d", id);
	if (id)
		argv[count++] = number;
	assert_int_equal(run_start(ret, place, &spec), 0);
}

void control_run(struct run_result *ret, const struct run_place *place,
		 const char *options, pid_t id)
{
	struct run_child child;

	control_begin(&child, place, options, id);
	assert_int_equal(run_finish(&child, ret), 0);
}

void control_ask(struct text *ret, const struct run_place *place,
		 const char *options, pid_t id)
{
	struct run_result result;

	control_run(&result, place, options, id);
	if (!run_exited(&result, 0))
		fail_msg("ktrace-u %s %d", options, id);
	attach_must_be_silent(&result.err);
	*ret = result.out;
	result.out = (struct text)TEXT_INIT;
	run_result_done(&result);
}

void control_do(const struct run_place *place, const char *options, pid_t id)
{
	struct text said;

	control_ask(&said, place, options, id);
	assert_string_equal(text_string(&said), "");
	text_done(&said);
}

void control_must_refuse(const struct run_place *place, const char *options,
			 pid_t id, const char *reason)
{
	struct run_result result;

	control_run(&result, place, options, id);
	if (!run_exited(&result, 1) ||
	    !strstr(text_string(&result.err), reason) ||
	    fault_lines(&result.err) != 1)
		fail_msg("ktrace-u %s %d: not \"%s\", but: %s", options, id,
			 reason, text_string(&result.err));
	run_result_done(&result);
}

void control_must_record(const struct run_place *place, pid_t pid,
			 const char *letters)
{
	char begin[32], found[64] = { 0 };
	const char *line;
	struct text said;

	control_ask(&said, place, "--status -p", pid);
	snprintf(begin, sizeof(begin), "process %d (", pid);
	line = strstr(text_string(&said), begin);
	if (!line || sscanf(line, "%*[^:]: %63[^,]", found) != 1 ||
	    strcmp(found, letters) != 0)
		fail_msg("%d: not \"%s\", but: %s", pid, letters,
			 text_string(&said));
	text_done(&said);
}

/* ---- its trace ---- */

size_t control_heard(const struct trace *trace, const char *word)
{
	struct trace_match match = { .kind = KTR_GENIO };
	const struct trace_item *item = NULL;
	size_t length = strlen(word);
	size_t count = 0;

	while ((item = trace_find(trace, item, match)))
		count += item->record.genio.length == length + 1 &&
			 !memcmp(item->record.genio.data, word, length);
	return count;
}

size_t control_covered(const struct trace *trace, const char *why)
{
	struct trace_match match = { .name = KTR_STRUCT_COVERAGE };
	const struct trace_item *item = NULL;
	size_t count = 0;

	while ((item = trace_find(trace, item, match))) {
		const char *text = trace_text(item, "why");

		count += text && strstr(text, why);
	}
	return count;
}

void control_open(struct control_target *ret, enum run_user user,
		  const char *const *argv)
{
	struct run_spec spec = { .argv = argv };
	struct run_place place;

	control_place(&place, user);
	control_start(ret, &place, &spec);
}

void control_close(struct control_target *target)
{
	control_finish(target);
	run_place_close(&target->place);
}
