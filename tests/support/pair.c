/*
 * Running things twice. Asserts by CMocka.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/pair.h"

/* Options in one string, for messages. */
static void put_options(struct text *text, const char *const *options)
{
	text_put(text, "ktrace-u");
	for (; *options; options++) {
		text_char(text, ' ');
		text_put(text, *options);
	}
}

void pair_open(struct pair *ret, const struct run_place *place,
	       const struct run_spec *spec)
{
	*ret = (struct pair){ .place = place, .spec = *spec };
	assert_int_equal(run_program(&ret->native, place, spec), 0);
	assert_false(ret->native.timed_out);
}

void pair_close(struct pair *pair)
{
	run_result_done(&pair->native);
}

static void must_be_equal(struct pair *pair, const char *const *options,
			  struct run_result *traced)
{
	const char *out = text_string(&traced->out);
	const char *err = text_string(&traced->err);
	struct text how = TEXT_INIT;

	put_options(&how, options);
	if (traced->timed_out)
		fail_msg("%s: out of time; it said:\n%s%s", text_string(&how),
			 out, err);
	if (traced->status != pair->native.status)
		fail_msg("%s: status %#x, untraced %#x; it said:\n%s%s",
			 text_string(&how), traced->status, pair->native.status,
			 out, err);
	print_message("%s\n", text_string(&how));
	assert_string_equal(err, text_string(&pair->native.err));
	assert_string_equal(out, text_string(&pair->native.out));
	assert_int_equal(traced->out.length, pair->native.out.length);
	text_done(&how);
}

static void load_whole(struct pair *pair, struct trace *ret)
{
	struct text why = TEXT_INIT;
	char path[PATH_MAX];

	run_place_file(pair->place, "ktrace.out", path);
	assert_int_equal(trace_load(ret, path), 0);
	if (!trace_is_whole(ret, &why))
		fail_msg("not whole: %s", text_string(&why));
}

pid_t pair_run(struct pair *pair, const char *const *options)
{
	struct run_spec spec = pair->spec;
	struct run_result traced;
	pid_t pid;

	spec.trace = options;
	assert_int_equal(run_program(&traced, pair->place, &spec), 0);
	must_be_equal(pair, options, &traced);
	pid = traced.pid;
	run_result_done(&traced);
	return pid;
}

pid_t pair_trace(struct pair *pair, const char *const *options,
		 struct trace *ret)
{
	struct trace trace;
	pid_t pid = pair_run(pair, options);

	load_whole(pair, &trace);
	if (ret)
		*ret = trace;
	else
		trace_done(&trace);
	return pid;
}
