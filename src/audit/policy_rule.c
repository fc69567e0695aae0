/*
 * The words of a line that allows or denies -> a rule.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include "audit/door.h"
#include "audit/object.h"
#include "audit/policy.h"
#include "audit/policy_pattern.h"
#include "audit/policy_private.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

#define FILE_VERBS                                                             \
	(VERB_BIT(VERB_READ) | VERB_BIT(VERB_LIST) | VERB_BIT(VERB_WRITE) |    \
	 VERB_BIT(VERB_CREATE) | VERB_BIT(VERB_DELETE) |                       \
	 VERB_BIT(VERB_RENAME) | VERB_BIT(VERB_LINK) | VERB_BIT(VERB_CHANGE) | \
	 VERB_BIT(VERB_EXEC) | VERB_BIT(VERB_MAP) | VERB_BIT(VERB_LOOK))
#define SOCKET_VERBS                                                           \
	(VERB_BIT(VERB_CONNECT) | VERB_BIT(VERB_BIND) |                        \
	 VERB_BIT(VERB_LISTEN) | VERB_BIT(VERB_ACCEPT) | VERB_BIT(VERB_SEND))
#define PROCESS_VERBS (VERB_BIT(VERB_SIGNAL) | VERB_BIT(VERB_TRACE))
#define SYSTEM_VERBS  (VERB_BIT(VERB_KERNEL) | VERB_BIT(VERB_PRIVILEGE))

/* ---- patterns ---- */

static unsigned weigh(const char *text, size_t length)
{
	unsigned weight = 0;

	for (size_t i = 0; i < length; i++) {
		const char *end = text[i] == '['
				      ? memchr(text + i, ']', length - i)
				      : NULL;

		if (end) {
			i = (size_t)(end - text);
			continue;
		}
		i += text[i] == '\\' && i + 1 < length;
		weight += text[i] != '*' && text[i] != '?';
	}
	return weight;
}

static int add_pattern(struct policy_patterns *patterns, struct text *text)
{
	struct policy_pattern *pattern = &patterns->items[patterns->count];

	if (text->failed)
		return -ENOMEM;
	pattern->length = text->length;
	pattern->weight = weigh(text->data, text->length);
	pattern->text = strdup(text_string(text));
	if (!pattern->text)
		return -ENOMEM;
	patterns->count++;
	return 0;
}

/* A name in which nothing is a wildcard. */
static void put_literal(struct text *text, const char *name)
{
	for (; *name; name++) {
		if (strchr("*?[\\", *name))
			text_char(text, '\\');
		text_char(text, *name);
	}
}

/* "@src/lib": a pattern for each directory of it. */
static int take_root(struct parse *parse, const struct policy_word *word,
		     struct policy_patterns *ret)
{
	const char *text = word->text.data + 1;
	size_t length = word->text.length - 1;
	const char *slash = memchr(text, '/', length);
	size_t name = slash ? (size_t)(slash - text) : length;
	const struct root *root = roots_find(&parse->policy->roots, text, name);
	int r = 0;

	if (!root)
		return policy_parse_complain_of(
		    parse, word,
		    " begins with a root that nobody has set; "
		    "--root NAME=DIR does, and @src @build @tmp "
		    "@home @sys @toolchain are usual");
	for (unsigned i = 0; !r && i < root->count; i++) {
		_cleanup_(text_done) struct text pattern = TEXT_INIT;

		/* The root of all ends in a slash, which is there already. */
		if (strcmp(root->dirs[i], "/") != 0 || name == length)
			put_literal(&pattern, root->dirs[i]);
		text_bytes(&pattern, text + name, length - name);
		r = add_pattern(ret, &pattern);
	}
	return r;
}

/* Puts it as names are told. */
static int settle(struct parse *parse, struct policy_word *word)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	const char *wrong = policy_pattern_check(word->text.data,
						 word->text.length);

	if (!wrong &&
	    !policy_pattern_put(&text, word->text.data, word->text.length))
		wrong = " has .. in it; say where that leads";
	if (wrong)
		return policy_parse_complain_of(parse, word, wrong);
	if (text.failed)
		return -ENOMEM;
	text_clear(&word->text);
	text_bytes(&word->text, text.data, text.length);
	return 0;
}

static int take_path(struct parse *parse, struct policy_word *word,
		     struct policy_patterns *ret)
{
	int r = settle(parse, word);

	if (r)
		return r;
	if (word->text.data[0] == '@')
		return take_root(parse, word, ret);
	return add_pattern(ret, &word->text);
}

/* ---- what it is done to ---- */

#define ANY_HOST ":0-65535"

/* "*.example.org:443": a letter, and nothing that is no name of a host. */
static bool is_name(const struct text *text)
{
	const char *colon = text->length ? memchr(text->data, ':', text->length)
					 : NULL;
	size_t length = colon ? (size_t)(colon - text->data) : text->length;
	struct endpoint ports;
	bool has_letter = false;

	for (size_t i = 0; i < length; i++) {
		char c = text->data[i];

		if (!isalnum((unsigned char)c) && !strchr("*?.-_", c))
			return false;
		has_letter |= isalpha((unsigned char)c) != 0;
	}
	return has_letter &&
	       (!colon || endpoint_parse(&ports, colon, text->length - length));
}

/* Names are told in small letters. */
static int take_name(const struct text *text, struct policy_rule *rule)
{
	const char *colon = memchr(text->data, ':', text->length);
	size_t length = colon ? (size_t)(colon - text->data) : text->length;
	_cleanup_(text_done) struct text name = TEXT_INIT;

	for (size_t i = 0; i < length; i++)
		text_char(&name, (char)tolower((unsigned char)text->data[i]));
	rule->kind = POLICY_NAME;
	if (colon)
		endpoint_parse(&rule->endpoint, colon, text->length - length);
	else
		endpoint_parse(&rule->endpoint, ANY_HOST, strlen(ANY_HOST));
	return add_pattern(&rule->object, &name);
}

static int take_inet(struct parse *parse, const struct policy_word *word,
		     struct policy_rule *rule)
{
	_cleanup_(text_done) struct text host = TEXT_INIT;
	size_t start = strlen(OBJECT_INET);

	/* A backslash takes nothing away from a host's brackets. */
	for (size_t i = start; i < word->text.length; i++)
		if (word->text.data[i] != '\\')
			text_char(&host, word->text.data[i]);
	if (!strcmp(text_string(&host), "*")) {
		text_clear(&host);
		text_put(&host, ANY_HOST);
	}
	rule->kind = POLICY_INET;
	if (endpoint_parse(&rule->endpoint, text_string(&host), host.length) &&
	    rule->endpoint.family != AF_UNIX)
		return 0;
	if (is_name(&host))
		return take_name(&host, rule);
	return policy_parse_complain_of(
	    parse, word,
	    " is no host; inet:10.0.0.0/8, inet:127.0.0.1:80, "
	    "inet:[::1]:8000-9000, inet:*.example.org:443, inet::443 and "
	    "inet:* are");
}

static bool begins(const struct policy_word *word, const char *text)
{
	return word->text.length >= strlen(text) &&
	       !memcmp(word->text.data, text, strlen(text));
}

static bool is_any(const struct policy_word *word)
{
	return policy_line_is(word, "*") || policy_line_is(word, "**");
}

/* Which verbs can be done to what is written so. */
static uint32_t verbs_for(const struct policy_word *word)
{
	if (is_any(word))
		return VERB_ALL;
	if (begins(word, "/") || begins(word, "@") || begins(word, "**/"))
		return FILE_VERBS | PROCESS_VERBS;
	if (begins(word, OBJECT_INET) || begins(word, OBJECT_UNIX) ||
	    begins(word, DOORS_PREFIX) || begins(word, "AF_") ||
	    policy_line_is(word, "socket"))
		return SOCKET_VERBS;
	return PROCESS_VERBS | SYSTEM_VERBS;
}

static const char *wanted_by(enum verb_family family)
{
	switch (family) {
	case VERB_ON_FILE:
		return " is no file; /etc/passwd, @src/** and ** are";
	case VERB_ON_SOCKET:
		return " is no address; inet:10.0.0.1:80, unix:/run/x, unix:@x "
		       "and * are";
	case VERB_ON_PROCESS:
		return " is no process; self, group, outside, recorder, "
		       "/usr/bin/make and * are";
	case VERB_ON_SYSTEM:
		break;
	}
	return " is no system call; bpf, mount, io_uring_setup and * are";
}

static int check_verbs(struct parse *parse, const struct policy_word *word,
		       struct policy_rule *rule, bool is_all)
{
	uint32_t possible = verbs_for(word);
	uint32_t wrong = rule->verbs & ~possible;

	if (is_all)
		rule->verbs &= possible;
	else if (wrong)
		return policy_parse_complain_of(
		    parse, word,
		    wanted_by(
			verb_family((enum audit_verb)__builtin_ctz(wrong))));
	return 0;
}

static int take_object(struct parse *parse, struct policy_word *word,
		       struct policy_rule *rule, bool is_all)
{
	int r;

	if (word->text.length == 0)
		return policy_parse_complain(
		    parse, word->column, "an empty name; nothing is called so");
	r = check_verbs(parse, word, rule, is_all);
	if (r || is_any(word)) {
		rule->kind = POLICY_ANY;
		return r;
	}
	if (begins(word, OBJECT_INET))
		return take_inet(parse, word, rule);
	rule->kind = POLICY_GLOB;
	return take_path(parse, word, &rule->object);
}

/* ---- what is done ---- */

static int take_verb(struct parse *parse, const struct policy_word *word,
		     const char *text, size_t length, uint32_t *ret)
{
	enum audit_verb verb = verb_by_name(text, length);

	if (length == 1 && *text == '*') {
		*ret = VERB_ALL;
		return 0;
	}
	if (verb != VERB_COUNT) {
		*ret |= VERB_BIT(verb);
		return 0;
	}
	policy_parse_complain_of(parse, word, " is no verb; ");
	for (unsigned one = 0; one < VERB_COUNT; one++)
		text_format(parse->error, "%s ",
			    verb_name((enum audit_verb)one));
	text_put(parse->error, "and * are");
	return -EINVAL;
}

static int take_verbs(struct parse *parse, struct policy_word *word,
		      uint32_t *ret)
{
	const char *text = text_string(&word->text);
	const char *end = text + word->text.length;
	int r = 0;

	while (!r && text <= end) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		size_t length = (size_t)((comma ? comma : end) - text);

		r = take_verb(parse, word, text, length, ret);
		text += length + 1;
	}
	return r;
}

int policy_rule_fill(struct parse *parse, struct policy_rule *rule)
{
	struct policy_word *words = parse->line.words;
	int r = take_verbs(parse, &words[1], &rule->verbs);

	if (!r)
		r = take_object(parse, &words[2], rule,
				rule->verbs == VERB_ALL);
	if (r || parse->line.count == 3)
		return r;
	if (!begins(&words[4], "/") && !begins(&words[4], "@") &&
	    !begins(&words[4], "*"))
		return policy_parse_complain_of(
		    parse, &words[4],
		    " is no program; by /usr/bin/make and by "
		    "@toolchain/** are");
	return take_path(parse, &words[4], &rule->by);
}
