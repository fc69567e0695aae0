/*
 * Lines of files, and what each begins with. Files within files are kept on a
 * stack, so that a file that includes itself ends.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/policy.h"
#include "audit/policy_private.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

static struct source *top(struct parse *parse)
{
	return &parse->sources[parse->depth - 1];
}

int policy_parse_complain(struct parse *parse, unsigned column,
			  const char *what)
{
	text_format(parse->error, "%s:%u:%u: %s", top(parse)->name,
		    top(parse)->line, column, what);
	return -EINVAL;
}

int policy_parse_complain_of(struct parse *parse,
			     const struct policy_word *word, const char *what)
{
	text_format(parse->error, "%s:%u:%u: ", top(parse)->name,
		    top(parse)->line, word->column);
	policy_put_name(parse->error, word->text.data, word->text.length);
	text_put(parse->error, what);
	return -EINVAL;
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

/* Rules own what they have even where they are not finished: policy_done()
 * frees it. */
static int take_rule(struct parse *parse, enum policy_decision decision)
{
	const struct policy_line *line = &parse->line;
	struct policy_rule *rule;

	if (line->count < 3)
		return policy_parse_complain(
		    parse, line->end,
		    line->count == 1
			? "a verb is missing, as in allow read /etc"
			: "an object is missing, as in allow read "
			  "/etc");
	if (line->count > 3 &&
	    (line->count != 5 || !policy_line_is(&line->words[3], "by")))
		return policy_parse_complain(
		    parse, line->words[3].column,
		    "only by EXECUTABLE can stand here");
	if (parse->policy->count == POLICY_RULES_MAX)
		return policy_parse_complain(
		    parse, 1, "more lines than a policy may have");
	rule = new_rule(parse->policy);
	if (!rule)
		return -ENOMEM;
	*rule = (struct policy_rule){
		.decision = decision,
		.line = top(parse)->line,
		.file = strdup(top(parse)->name),
	};
	parse->policy->count++;
	return rule->file ? policy_rule_fill(parse, rule) : -ENOMEM;
}

static bool find_decision(const struct policy_word *word,
			  enum policy_decision *ret)
{
	for (unsigned i = POLICY_ALLOW; i <= POLICY_DENY; i++)
		if (policy_line_is(
			word, policy_decision_name((enum policy_decision)i))) {
			*ret = (enum policy_decision)i;
			return true;
		}
	return false;
}

static int take_default(struct parse *parse)
{
	const struct policy_line *line = &parse->line;

	if (parse->policy->has_otherwise)
		return policy_parse_complain(
		    parse, line->words[0].column,
		    "a second default; a policy has one");
	if (line->count != 2 ||
	    !find_decision(&line->words[1], &parse->policy->otherwise))
		return policy_parse_complain(
		    parse, line->end, "default wants allow, warn or deny");
	parse->policy->has_otherwise = true;
	parse->policy->otherwise_line = parse->sources[parse->depth - 1].line;
	return 0;
}

/* ---- files ---- */

static void push(struct parse *parse, char *name, char *text, size_t length)
{
	parse->sources[parse->depth++] = (struct source){
		.name = name,
		.text = text,
		.at = text,
		.left = length,
	};
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

/* Takes the path over. */
static int open_include(struct parse *parse, char *path)
{
	char *text = NULL;
	size_t length = 0;
	int r = -EPERM;

	if (parse->reader)
		r = parse->reader(parse->context, path, &text, &length);
	if (!r) {
		push(parse, path, text, length);
		return 0;
	}
	free(path);
	if (r == -ENOMEM)
		return r;
	policy_parse_complain_of(parse, &parse->line.words[1], ": ");
	text_put(parse->error, strerror(-r));
	return -EINVAL;
}

static int take_include(struct parse *parse)
{
	struct policy_line *line = &parse->line;
	char *path;

	if (line->count != 2)
		return policy_parse_complain(parse, line->end,
					     "include wants one file");
	if (parse->depth == POLICY_DEPTH_MAX)
		return policy_parse_complain(
		    parse, line->words[1].column,
		    "too many files within files; does one "
		    "include itself?");
	path = beside(top(parse), text_string(&line->words[1].text));
	return path ? open_include(parse, path) : -ENOMEM;
}

static int take_words(struct parse *parse)
{
	const struct policy_word *first = &parse->line.words[0];
	enum policy_decision decision;

	if (parse->line.count == 0)
		return 0;
	if (find_decision(first, &decision))
		return take_rule(parse, decision);
	if (policy_line_is(first, "default"))
		return take_default(parse);
	if (policy_line_is(first, "include"))
		return take_include(parse);
	return policy_parse_complain_of(
	    parse, first,
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
		return policy_parse_complain(parse, column, wrong);
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
	int r = 0;

	if (!name)
		return -ENOMEM;
	push(&parse, name, (char *)text, length);
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
