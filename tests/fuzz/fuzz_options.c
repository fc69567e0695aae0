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

static const struct options_row table[] = {
	{ 'a', "append", NULL, "add to the file", 1 },
	{ 'f', "file", "FILE", "write there", 2 },
	{ 'i', NULL, NULL, "children too", 3 },
	{ 't', NULL, "LETTERS", "what to record", 4 },
	{ 0, "genio-size", "N", "how much", 5 },
	{ 0, "drop", NULL, "lose rather than wait", 6 },
	{ 0 },
};

static int note(void *context, int id, const char *value)
{
	bool takes = id == 2 || id == 4 || id == 5;

	MUST(id >= 1 && id <= 6);
	MUST(takes == (value != NULL));
	++*(unsigned *)context;
	return id == 6 ? -1 : 0;
}

static void parse(int argc, char **argv)
{
	struct text error = TEXT_INIT;
	unsigned seen = 0;
	int first;

	first = options_parse(table, argc, argv, NULL, note, &seen, &error);
	MUST(first <= argc);
	/* A word that is wrong has a reason, in one line that can be shown. */
	MUST((first < -1) == (error.length > 0));
	MUST(!strpbrk(text_string(&error), "\n\033"));
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
