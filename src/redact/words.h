/*
 * What is secret by the name in front of it, in texts of any kind: PASSWORD=x,
 * "token": "x", Authorization: x, https://user:x@host, private keys.
 */
#ifndef REDACT_WORDS_H
#define REDACT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct region;

/* A secret whose end has not come. */
enum words_open {
	WORDS_CLOSED,
	WORDS_BARE,   /* up to a blank, or what ends a value */
	WORDS_QUOTED, /* up to the quote */
	WORDS_LINE,   /* up to the end of the line */
	WORDS_KEY,    /* up to the line that ends a key */
};

struct words {
	enum words_open open;
	uint8_t quote;
};

/* Masks a text. *words is what is open at the region's start, and then what is
 * at its end. */
void words_mask(struct words *words, const struct region *region);

/*
 * Of a string that is a word of a command, or a variable: where its value
 * begins, which is secret up to the end of the string. False: it is none, or
 * none of a secret.
 */
bool words_value(const uint8_t *data, size_t length, size_t *ret);

/* Whether the word of a command says that the next one is a secret. */
bool words_announces(const uint8_t *data, size_t length);

#endif
