/* kaudit-u as a child, and its JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/audited.h"

#define WORDS_MAX 24

void audited_open(struct run_place *place, void **state)
{
	assert_int_equal(run_place_open(place, *(enum run_user *)*state), 0);
	assert_int_equal(
	    run_place_put(place, "p",
			  "deny * @src/secret\nallow look @src/secret\n", 0644),
	    0);
}

void audited_run(struct run_result *ret, const struct run_place *place,
		 const char *const *words, const char *const *env)
{
	const char *argv[WORDS_MAX] = { place->kaudit };
	const struct run_spec spec = { .argv = argv, .env = env };

	for (size_t i = 0; words[i]; i++) {
		assert_true(i + 2 < WORDS_MAX);
		argv[i + 1] = words[i];
	}
	assert_int_equal(run_program(ret, place, &spec), 0);
}

json_t *audited_report(const struct run_place *place)
{
	static const char *const words[] = { "report", "--json", "-p",
					     "p",      "t",      NULL };
	struct run_result result;
	json_error_t error;
	json_t *root;

	audited_run(&result, place, words, NULL);
	assert_true(run_exited(&result, 0));
	root = json_loads(text_string(&result.out), 0, &error);
	if (!root)
		fail_msg("line %d: %s", error.line, error.text);
	run_result_done(&result);
	return root;
}

static bool ends_with(const char *string, const char *end)
{
	size_t length = strlen(string), tail = strlen(end);

	return length >= tail && !strcmp(string + length - tail, end);
}

static bool is_so(const json_t *fact, const char *key, const char *wanted)
{
	const char *value = json_string_value(json_object_get(fact, key));

	return !wanted || (value && ends_with(value, wanted));
}

static bool is_wanted(const json_t *fact, const struct audited_wanted *wanted)
{
	return is_so(fact, "verb", wanted->verb) &&
	       is_so(fact, "object", wanted->object) &&
	       is_so(fact, "outcome", wanted->outcome);
}

bool audited_has_fact(const json_t *report, const struct audited_wanted *wanted)
{
	const json_t *facts = json_object_get(report, "facts");

	for (size_t i = 0; i < json_array_size(facts); i++) {
		if (is_wanted(json_array_get(facts, i), wanted))
			return true;
	}
	return false;
}

/* The same of the call by which it was done first. */
bool audited_has_call(const json_t *report, const char *call,
		      const struct audited_wanted *wanted)
{
	const json_t *facts = json_object_get(report, "facts");

	for (size_t i = 0; i < json_array_size(facts); i++) {
		const json_t *fact = json_array_get(facts, i);

		if (is_wanted(fact, wanted) && is_so(fact, "call", call))
			return true;
	}
	return false;
}

bool audited_is_complete(const json_t *report)
{
	return json_is_true(json_object_get(report, "complete"));
}

/* Whether that is not known; NULL: anything. */
bool audited_has_gap(const json_t *report, const char *what)
{
	const json_t *gaps = json_object_get(report, "not_known");

	for (size_t i = 0; i < json_array_size(gaps); i++) {
		const json_t *gap = json_array_get(gaps, i);
		const char *text =
		    json_string_value(json_object_get(gap, "what"));

		if (text && (!what || strstr(text, what)))
			return true;
	}
	return false;
}

/* A script under kaudit-u, with the exit status that the audit has. */
void audited_script(struct run_result *ret, const struct run_place *place,
		    const char *script)
{
	const char *const words[] = { "run", "--exit-policy=audit",
				      "-p",  "p",
				      "-f",  "t",
				      "--",  "sh",
				      "-c",  script,
				      NULL };

	audited_run(ret, place, words, NULL);
}
