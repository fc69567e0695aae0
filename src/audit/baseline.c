/* Lines as strings: what a line means, who parses them knows. */
#include "audit/baseline.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "audit/learn.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"

#define TITLE                                                                  \
	"# What the job does. kaudit-u --update-baseline adds lines and "      \
	"sorts "                                                               \
	"them;\n# take out those that are not wanted.\n"
#define DEFAULT "default deny\n"

struct line {
	const char *text;
	size_t length;
};

struct lines {
	struct line *items;
	size_t count, room;
};

static void lines_done(struct lines *lines)
{
	free(lines->items);
}

static int compare(const void *one, const void *other)
{
	const struct line *this = one, *that = other;
	int order = memcmp(this->text, that->text,
			   MIN(this->length, that->length));

	return order ? order
		     : (this->length > that->length) -
			   (this->length < that->length);
}

static bool is_kept(const struct line *line)
{
	static const char word[] = "default";

	return line->length && *line->text != '#' &&
	       (line->length < sizeof(word) ||
		memcmp(line->text, word, sizeof(word) - 1) != 0);
}

static int add(struct lines *lines, const struct line *line)
{
	size_t room = lines->room ? lines->room * 2 : 256;
	struct line *items;

	if (lines->count == lines->room) {
		items = reallocarray(lines->items, room, sizeof(*items));
		if (!items)
			return -ENOMEM;
		lines->items = items;
		lines->room = room;
	}
	lines->items[lines->count++] = *line;
	return 0;
}

static void trim(struct line *line)
{
	while (line->length && strchr(" \t\r", *line->text)) {
		line->text++;
		line->length--;
	}
	while (line->length && strchr(" \t\r", line->text[line->length - 1]))
		line->length--;
}

static int add_text(struct lines *lines, const char *text, size_t length)
{
	const char *end = text + length;
	int r = 0;

	while (!r && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct line line = { text, (size_t)((newline ?: end) - text) };

		trim(&line);
		if (is_kept(&line))
			r = add(lines, &line);
		text = newline ? newline + 1 : end;
	}
	return r;
}

static void put_sorted(struct text *text, struct lines *lines)
{
	qsort(lines->items, lines->count, sizeof(*lines->items), compare);
	for (size_t i = 0; i < lines->count; i++) {
		if (i && !compare(&lines->items[i], &lines->items[i - 1]))
			continue;
		text_bytes(text, lines->items[i].text, lines->items[i].length);
		text_char(text, '\n');
	}
}

int baseline_put(struct text *text, const char *former, size_t length,
		 struct learn *learn)
{
	_cleanup_(text_done) struct text learnt = TEXT_INIT;
	_cleanup_(lines_done) struct lines lines = { 0 };
	int r = learn_put_lines(learn, &learnt)
		    ?: add_text(&lines, former, length)
		    ?: add_text(&lines, learnt.data, learnt.length);

	if (r)
		return r;
	text_put(text, TITLE DEFAULT);
	if (lines.count)
		put_sorted(text, &lines);
	return text->failed ? -ENOMEM : 0;
}
