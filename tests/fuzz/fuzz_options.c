/*
 * Rooms: base
 * A command line, its words ended by NULs. Each word is also read as a number
 * and as a size, and shown as JSON.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "base/text.h"
#include "must.h"

#define WORDS_MAX 64
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct set {
	const char *file;
	uint64_t size;
	int count;
	enum { AUTO, ALWAYS, NEVER } when;
	bool appends;
	bool inherits;
};

static int stop(const struct options_given *given)
{
	MUST(!given->value);
	return -1;
}

static const char *const when_words[] = { "auto", "always", "never", NULL };

static const struct options_row table[] = {
	{ 'a', "append", NULL, "add to the file",
	  OPTIONS_FLAG(struct set, appends) },
	{ 'f', "file", "FILE", "write there", OPTIONS_WORD(struct set, file) },
	{ 'i', NULL, NULL, "children too", OPTIONS_FLAG(struct set, inherits) },
	{ 't', NULL, "WHEN", "when to record",
	  OPTIONS_CHOICE(struct set, when, when_words) },
	{ 0, "genio-size", "N", "how much",
	  OPTIONS_SIZE(options_size_in, struct set, size, 1, 4096, "4K") },
	{ 'c', NULL, "N", "how many",
	  OPTIONS_NUMBER(options_number_in, struct set, count, -5, 5,
			 "a count") },
	{ 0, "drop", NULL, "lose rather than wait", .take = stop },
	{ 0 },
};

static void parse(int argc, char **argv)
{
	struct text error = TEXT_INIT;
	struct set set = { .size = 1 };
	int first;

	first = options_parse(table, argc, argv, &set, NULL, &error);
	MUST(first <= argc);
	/* A word that is wrong has a reason, in one line that can be shown. */
	MUST((first < -1) == (error.length > 0));
	MUST(!strpbrk(text_string(&error), "\n\033"));
	MUST(set.size >= 1 && set.size <= 4096);
	MUST(set.count >= -5 && set.count <= 5);
	MUST(set.when >= AUTO && set.when <= NEVER);
	text_done(&error);
}

static void show(char *word)
{
	struct text text = TEXT_INIT;
	int64_t number = 0;
	uint64_t bytes = 0;

	if (options_number(word, -100, 100, &number) == 0)
		MUST(number >= -100 && number <= 100);
	if (options_size(word, 1, 1 << 20, &bytes) == 0)
		MUST(bytes >= 1 && bytes <= 1 << 20);
	text_json_bytes(&text, "word", word, strlen(word));
	MUST(text_is_utf8(text.data, text.length));
	text_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1);
	char *words[WORDS_MAX + 1];
	int count = 0;

	MUST(copy);
	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = 0;
	for (size_t at = 0; at <= size && count < WORDS_MAX;
	     at += strlen(copy + at) + 1)
		words[count++] = copy + at;
	words[count] = NULL;
	for (int i = 0; i < count; i++)
		show(words[i]);
	parse(count, words);
	free(copy);
	return 0;
}
