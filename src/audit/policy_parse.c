/*
 * Lines -> rules. Files within files are kept on a stack, so that a file that
 * includes itself ends.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include "audit/object.h"
#include "audit/policy.h"
#include "audit/policy_line.h"
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

struct source {
	char *name;
	char *text; /* owned, but for that of the first */
	const char *at;
	size_t left;
	unsigned line;
};

struct parse {
	struct policy *policy;
	policy_reader *reader;
	void *context;
	struct text *error;
	struct source sources[POLICY_DEPTH_MAX];
	unsigned depth;
	struct policy_line line;
};

static struct source *top(struct parse *parse)
{
	return &parse->sources[parse->depth - 1];
}

static int complain(struct parse *parse, unsigned column, const char *what)
{
	text_format(parse->error, "%s:%u:%u: %s", top(parse)->name,
		    top(parse)->line, column, what);
	return -EINVAL;
}

/* The same about a word, which may hold anything. */
static int complain_of(struct parse *parse, const struct policy_word *word,
		       const char *what)
{
	text_format(parse->error, "%s:%u:%u: ", top(parse)->name,
		    top(parse)->line, word->column);
	policy_put_name(parse->error, word->text.data, word->text.length);
	text_put(parse->error, what);
	return -EINVAL;
}

static bool is_word(const struct policy_word *word, const char *text)
{
	return word->text.length == strlen(text) &&
	       !memcmp(word->text.data, text, word->text.length);
}

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
		return complain_of(parse, word,
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

static int take_path(struct parse *parse, struct policy_word *word,
		     struct policy_patterns *ret)
{
	if (word->text.data[0] == '@')
		return take_root(parse, word, ret);
	return add_pattern(ret, &word->text);
}

/* ---- what it is done to ---- */

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
		text_put(&host, ":0-65535");
	}
	rule->kind = POLICY_INET;
	if (endpoint_parse(&rule->endpoint, text_string(&host), host.length) &&
	    rule->endpoint.family != AF_UNIX)
		return 0;
	return complain_of(parse, word,
			   " is no host; inet:10.0.0.0/8, inet:127.0.0.1:80, "
			   "inet:[::1]:8000-9000, inet::443 and inet:* are");
}

static bool begins(const struct policy_word *word, const char *text)
{
	return word->text.length >= strlen(text) &&
	       !memcmp(word->text.data, text, strlen(text));
}

static bool is_any(const struct policy_word *word)
{
	return is_word(word, "*") || is_word(word, "**");
}

/* Which verbs can be done to what is written so. */
static uint32_t verbs_for(const struct policy_word *word)
{
	if (is_any(word))
		return VERB_ALL;
	if (begins(word, "/") || begins(word, "@") || begins(word, "**/"))
		return FILE_VERBS | PROCESS_VERBS;
	if (begins(word, OBJECT_INET) || begins(word, OBJECT_UNIX) ||
	    begins(word, "AF_") || is_word(word, "socket"))
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
		return " is no process; self, group, outside, /usr/bin/make "
		       "and * are";
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
		return complain_of(parse, word,
				   wanted_by(verb_family(
				       (enum audit_verb)__builtin_ctz(wrong))));
	return 0;
}

static int take_object(struct parse *parse, struct policy_word *word,
		       struct policy_rule *rule, bool is_all)
{
	int r;

	if (word->text.length == 0)
		return complain(parse, word->column,
				"an empty name; nothing is called so");
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
	complain_of(parse, word, " is no verb; ");
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

/* ---- lines ---- */

static struct policy_rule *new_rule(struct policy *policy)
{
	struct policy_rule *rules;
	unsigned room = MAX(2 * policy->room, 64u);

	if (policy->count < policy->room)
		return &policy->rules[policy->count];
	rules = reallocarray(policy->rules, room, sizeof(*rules));
	if (!rules)
		return NULL;
	policy->rules = rules;
	policy->room = room;
	return &policy->rules[policy->count];
}

static int fill_rule(struct parse *parse, struct policy_rule *rule)
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
		return complain_of(parse, &words[4],
				   " is no program; by /usr/bin/make and by "
				   "@toolchain/** are");
	return take_path(parse, &words[4], &rule->by);
}

/* Rules own what they have even where they are not finished: policy_done()
 * frees it. */
static int take_rule(struct parse *parse, enum policy_decision decision)
{
	const struct policy_line *line = &parse->line;
	struct policy_rule *rule;

	if (line->count < 3)
		return complain(parse, line->end,
				line->count == 1
				    ? "a verb is missing, as in allow read /etc"
				    : "an object is missing, as in allow read "
				      "/etc");
	if (line->count > 3 &&
	    (line->count != 5 || !is_word(&line->words[3], "by")))
		return complain(parse, line->words[3].column,
				"only by EXECUTABLE can stand here");
	if (parse->policy->count == POLICY_RULES_MAX)
		return complain(parse, 1, "more lines than a policy may have");
	rule = new_rule(parse->policy);
	if (!rule)
		return -ENOMEM;
	*rule = (struct policy_rule){
		.decision = decision,
		.line = top(parse)->line,
		.file = strdup(top(parse)->name),
	};
	parse->policy->count++;
	return rule->file ? fill_rule(parse, rule) : -ENOMEM;
}

static bool find_decision(const struct policy_word *word,
			  enum policy_decision *ret)
{
	for (unsigned i = POLICY_ALLOW; i <= POLICY_DENY; i++)
		if (is_word(word,
			    policy_decision_name((enum policy_decision)i))) {
			*ret = (enum policy_decision)i;
			return true;
		}
	return false;
}

static int take_default(struct parse *parse)
{
	const struct policy_line *line = &parse->line;

	if (parse->policy->has_otherwise)
		return complain(parse, line->words[0].column,
				"a second default; a policy has one");
	if (line->count != 2 ||
	    !find_decision(&line->words[1], &parse->policy->otherwise))
		return complain(parse, line->end,
				"default wants allow, warn or deny");
	parse->policy->has_otherwise = true;
	return 0;
}

/* ---- files ---- */

static int push(struct parse *parse, char *name, char *text, size_t length)
{
	parse->sources[parse->depth++] = (struct source){
		.name = name,
		.text = text,
		.at = text,
		.left = length,
	};
	return 0;
}

/* Relative to the file that names it. */
static char *beside(const struct source *source, const char *name)
{
	const char *slash = strrchr(source->name, '/');
	struct text text = TEXT_INIT;
	char *path;

	if (slash && name[0] != '/')
		text_bytes(&text, source->name,
			   (size_t)(slash - source->name) + 1);
	text_put(&text, name);
	path = text.failed ? NULL : strdup(text_string(&text));
	text_done(&text);
	return path;
}

static int take_include(struct parse *parse)
{
	struct policy_line *line = &parse->line;
	_cleanup_free_ char *path = NULL, *text = NULL;
	size_t length = 0;
	int r;

	if (line->count != 2)
		return complain(parse, line->end, "include wants one file");
	if (parse->depth == POLICY_DEPTH_MAX)
		return complain(parse, line->words[1].column,
				"too many files within files; does one "
				"include itself?");
	path = beside(top(parse), text_string(&line->words[1].text));
	if (!path)
		return -ENOMEM;
	r = parse->reader ? parse->reader(parse->context, path, &text, &length)
			  : -EPERM;
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		complain_of(parse, &line->words[1], ": ");
		text_put(parse->error, strerror(-r));
		return -EINVAL;
	}
	return push(parse, take_pointer(path), take_pointer(text), length);
}

static int take_words(struct parse *parse)
{
	const struct policy_word *first = &parse->line.words[0];
	enum policy_decision decision;

	if (parse->line.count == 0)
		return 0;
	if (find_decision(first, &decision))
		return take_rule(parse, decision);
	if (is_word(first, "default"))
		return take_default(parse);
	if (is_word(first, "include"))
		return take_include(parse);
	return complain_of(parse, first,
			   " begins no line; allow, warn, deny, default, "
			   "include and # do");
}

static int take_line(struct parse *parse)
{
	struct source *source = top(parse);
	const char *newline = memchr(source->at, '\n', source->left);
	size_t length = newline ? (size_t)(newline - source->at) : source->left;
	size_t words = length && source->at[length - 1] == '\r' ? length - 1
								: length;
	unsigned column = 1;
	const char *wrong;
	int r;

	source->line++;
	wrong = policy_line_split(&parse->line, source->at, words, &column);
	source->at += length + (newline != NULL);
	source->left -= length + (newline != NULL);
	if (wrong)
		return complain(parse, column, wrong);
	r = take_words(parse);
	policy_line_done(&parse->line);
	return r;
}

static void pop(struct parse *parse)
{
	struct source *source = top(parse);

	free(source->name);
	if (parse->depth > 1)
		free(source->text);
	parse->depth--;
}

int policy_parse(struct policy *policy, const char *file, const char *text,
		 size_t length, policy_reader *reader, void *context,
		 struct text *error)
{
	struct parse parse = { .policy = policy,
			       .reader = reader,
			       .context = context,
			       .error = error };
	char *name = strdup(file);
	int r = name ? push(&parse, name, (char *)text, length) : -ENOMEM;

	while (!r && parse.depth) {
		if (top(&parse)->left)
			r = take_line(&parse);
		else
			pop(&parse);
	}
	while (parse.depth)
		pop(&parse);
	return r;
}
