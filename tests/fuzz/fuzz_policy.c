/*
 * Lines of a policy: no crash, one line of printable text where they are wrong,
 * and names that are put as patterns match themselves.
 * Rooms: audit
 */
#include <errno.h>
#include <string.h>

#include "audit/fact.h"
#include "audit/policy.h"
#include "base/text.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(struct text *error)
{
	MUST(error->length > 0);
	for (size_t i = 0; i < error->length; i++)
		MUST(error->data[i] >= ' ' && error->data[i] <= '~');
}

static void judge(const struct policy *policy, const char *object,
		  size_t length)
{
	struct names names = { 0 };
	struct fact fact = { 0 };

	fact.key.object = names_add(&names, object, length);
	fact.key.exe = names_add(&names, "/bin/sh", 7);
	MUST(fact.key.object && fact.key.exe);
	for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
		struct policy_judgement one, other;

		fact.key.verb = (uint16_t)verb;
		one = policy_judge(policy, &fact);
		other = policy_judge(policy, &fact);
		MUST(one.rule == other.rule && one.decision == other.decision);
	}
	names_done(&names);
}

/* Any name without NUL, as a pattern, is that name. */
static void put_and_match(const char *name, size_t length)
{
	struct names names = { 0 };
	struct text line = TEXT_INIT, error = TEXT_INIT;
	struct fact fact = { .key = { .verb = VERB_READ } };
	struct text object = TEXT_INIT;
	struct policy policy;

	text_char(&object, '/');
	text_bytes(&object, name, length);
	policy_open(&policy);
	text_put(&line, "deny read ");
	policy_put_name(&line, object.data, object.length);
	MUST(policy_parse(&policy, "p", line.data, line.length, NULL, NULL,
			  &error) == 0);
	fact.key.object = names_add(&names, object.data, object.length);
	MUST(policy_judge(&policy, &fact).decision == POLICY_DENY);
	policy_done(&policy);
	names_done(&names);
	text_done(&line);
	text_done(&object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t length = strnlen(text, size);
	struct text error = TEXT_INIT;
	struct policy policy;

	policy_open(&policy);
	MUST(roots_default(&policy.roots, "/home/me", "/src") == 0);
	MUST(policy_add_sensitive(&policy, &error) == 0);
	if (policy_parse(&policy, "policy", text, size, NULL, NULL, &error) < 0)
		check_error(&error);
	else
		judge(&policy, text, length);
	policy_done(&policy);
	text_done(&error);
	put_and_match(text, length);
	return 0;
}
