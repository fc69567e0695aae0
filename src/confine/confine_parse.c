/* Lines -> rules. Makes no system call. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/options.h"
#include "base/text.h"
#include "confine/confine.h"
#include "confine/rights.h"
#include "sysdesc/constant.h"
#include "sysdesc/guard.h"
#include "sysdesc/sysdesc.h"

#define PORT_MAX 65535

struct parse {
	struct confine *confine;
	struct text *error;
	const char *at, *end; /* what is left of the line */
	unsigned line;
	bool has_begun;
};

static int complain(struct parse *parse, const char *what)
{
	text_format(parse->error, "line %u: %s", parse->line, what);
	return -EINVAL;
}

/* ---- words ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* False: there is none left. */
static bool next_word(struct parse *parse, const char **ret, size_t *ret_length)
{
	while (parse->at < parse->end && is_blank(*parse->at))
		parse->at++;
	*ret = parse->at;
	while (parse->at < parse->end && !is_blank(*parse->at))
		parse->at++;
	*ret_length = (size_t)(parse->at - *ret);
	return *ret_length > 0;
}

static bool is(const char *word, size_t length, const char *name)
{
	return strlen(name) == length && !memcmp(word, name, length);
}

static bool is_octal(const char *at, const char *end)
{
	return end - at >= 3 && at[0] >= '0' && at[0] <= '3' && at[1] >= '0' &&
	       at[1] <= '7' && at[2] >= '0' && at[2] <= '7';
}

static int take_quoted(struct parse *parse, struct text *ret)
{
	while (parse->at < parse->end && is_blank(*parse->at))
		parse->at++;
	if (parse->at == parse->end || *parse->at++ != '"')
		return complain(parse, "a name in quotes is missing");
	while (parse->at < parse->end && *parse->at != '"') {
		const char *at = parse->at++;

		if (*at != '\\') {
			text_char(ret, *at);
		} else if (is_octal(at + 1, parse->end)) {
			text_char(ret, (char)((at[1] - '0') * 64 +
					      (at[2] - '0') * 8 + at[3] - '0'));
			parse->at += 3;
		} else if (parse->at < parse->end) {
			text_char(ret, *parse->at++);
		}
	}
	if (parse->at == parse->end)
		return complain(parse, "the name has no end");
	parse->at++;
	if (!ret->length || ret->data[0] != '/' ||
	    memchr(ret->data, 0, ret->length))
		return complain(parse, "the name is no absolute path");
	return ret->failed ? -ENOMEM : 0;
}

/* Those that are left, of one kind, at least one. */
static int take_rights(struct parse *parse, enum rights_kind kind,
		       uint64_t *ret)
{
	const struct rights_row *row;
	const char *word;
	size_t length;

	while (next_word(parse, &word, &length)) {
		row = rights_find(word, length);
		if (!row || row->kind != kind)
			return complain(parse, "that is no right of these");
		*ret |= row->bit;
	}
	return *ret ? 0 : complain(parse, "a right is missing");
}

/* ---- lines ---- */

static int take_begin(struct parse *parse)
{
	const char *word;
	size_t length;

	if (!next_word(parse, &word, &length) || !is(word, length, "1"))
		return complain(parse, "only version 1 of rules is known");
	parse->has_begun = true;
	return 0;
}

static int take_restrict(struct parse *parse)
{
	struct confine *confine = parse->confine;
	uint64_t *const kinds[] = {
		[RIGHTS_FILES] = &confine->files,
		[RIGHTS_PORTS] = &confine->ports,
		[RIGHTS_SCOPES] = &confine->scopes,
	};
	const struct rights_row *row;
	const char *word;
	size_t length;

	while (next_word(parse, &word, &length)) {
		row = rights_find(word, length);
		if (!row)
			return complain(parse, "that is no right");
		*kinds[row->kind] |= row->bit;
	}
	return 0;
}

static void *grow(void *items, size_t count, size_t size)
{
	/* By twos, when it is full. */
	if (count & (count - 1))
		return items;
	return reallocarray(items, count ? 2 * count : 1, size);
}

static int take_path(struct parse *parse)
{
	_cleanup_(text_done) struct text name = TEXT_INIT;
	struct confine *confine = parse->confine;
	struct confine_path path = { 0 };
	int r = take_quoted(parse, &name);
	void *grown;

	if (!r)
		r = take_rights(parse, RIGHTS_FILES, &path.rights);
	if (r)
		return r;
	grown = grow(confine->paths, confine->path_count, sizeof(path));
	if (!grown)
		return -ENOMEM;
	confine->paths = grown;
	path.path = strdup(text_string(&name));
	if (!path.path)
		return -ENOMEM;
	confine->paths[confine->path_count++] = path;
	return 0;
}

static int take_port(struct parse *parse)
{
	struct confine *confine = parse->confine;
	struct confine_port port = { 0 };
	const char *word;
	char digits[8];
	int64_t number;
	size_t length;
	void *grown;
	int r;

	if (!next_word(parse, &word, &length) || length >= sizeof(digits))
		return complain(parse, "a port is missing");
	memcpy(digits, word, length);
	digits[length] = 0;
	if (options_number(digits, 0, PORT_MAX, &number))
		return complain(parse, "that is no port");
	port.port = (uint32_t)number;
	r = take_rights(parse, RIGHTS_PORTS, &port.rights);
	if (r)
		return r;
	grown = grow(confine->port_rules, confine->port_count, sizeof(port));
	if (!grown)
		return -ENOMEM;
	confine->port_rules = grown;
	confine->port_rules[confine->port_count++] = port;
	return 0;
}

static int take_families(struct parse *parse)
{
	const struct sysdesc_set *set = sysdesc_set(FLAGSET_ADDRESS_FAMILY);
	struct confine *confine = parse->confine;
	const char *word;
	size_t length;

	confine->has_families = true;
	while (next_word(parse, &word, &length)) {
		bool is_known = false;

		for (unsigned i = 0; i < set->count; i++) {
			const struct sysdesc_constant *row = &set->rows[i];

			if (row->form != FORM_NAME || row->value >= 64 ||
			    !is(word, length, row->name))
				continue;
			is_known = true;
			confine->families |= UINT64_C(1) << row->value;
		}
		if (!is_known)
			return complain(parse, "that is no family");
	}
	return 0;
}

static int take_deny(struct parse *parse)
{
	bool is_known = false;
	const char *word;
	size_t length;

	if (!next_word(parse, &word, &length))
		return complain(parse, "a call is missing");
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (!is(word, length, row->name))
			continue;
		is_known = true;
		select_add(&parse->confine->denied, row);
	}
	return is_known ? 0 : complain(parse, "that is no call");
}

static int take_namespaces(struct parse *parse)
{
	struct confine *confine = parse->confine;
	const char *word;
	size_t length;

	if (!next_word(parse, &word, &length))
		return complain(parse, "which namespaces: user, other");
	if (is(word, length, "user"))
		confine->namespaces |= GUARD_USERNS;
	else if (is(word, length, "other"))
		confine->namespaces |= GUARD_NAMESPACES & ~GUARD_USERNS;
	else
		return complain(parse, "which namespaces: user, other");
	return 0;
}

static int take_possible(struct parse *parse)
{
	parse->confine->is_all_possible = true;
	return 0;
}

static const struct line {
	const char *word;
	int (*take)(struct parse *parse);
} lines[] = {
	{ "landlock", take_begin },
	{ "restrict", take_restrict },
	{ "path", take_path },
	{ "port", take_port },
	{ "families", take_families },
	{ "deny", take_deny },
	{ "deny_namespaces", take_namespaces },
	{ "possible", take_possible },
};

static int take_line(struct parse *parse)
{
	const char *word;
	size_t length;
	int r;

	if (!next_word(parse, &word, &length) || *word == '#')
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (!is(word, length, lines[i].word))
			continue;
		if (!parse->has_begun && i > 0)
			return complain(parse, "\"landlock 1\" comes first");
		r = lines[i].take(parse);
		if (!r && next_word(parse, &word, &length))
			r = complain(parse, "there is a word too many");
		return r;
	}
	return complain(parse, "it begins with no word that is known");
}

int confine_parse(struct confine *ret, const char *text, size_t length,
		  struct text *error)
{
	struct parse parse = { .confine = ret, .error = error };
	const char *end = text + length;
	int r = 0;

	*ret = (struct confine){ 0 };
	while (!r && text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		parse.at = text;
		parse.end = stop ? stop : end;
		parse.line++;
		text = parse.end + 1;
		r = take_line(&parse);
	}
	if (!r && !parse.has_begun)
		return complain(&parse, "\"landlock 1\" is missing");
	return r;
}

void confine_done(struct confine *confine)
{
	for (size_t i = 0; i < confine->path_count; i++)
		free(confine->paths[i].path);
	free(confine->paths);
	free(confine->port_rules);
	*confine = (struct confine){ 0 };
}
