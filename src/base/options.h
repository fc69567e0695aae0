/*
 * Command-line options from one table per program: parsing, usage text and
 * error messages all come from its rows.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;
struct options_row;

/* An option that was given. */
struct options_given {
	const struct options_row *row;
	const char *value;  /* NULL: none; also where it might have had one */
	void *ret;          /* of options_parse() */
	struct text *error; /* gets one line, if it is refused */
};

/* What is done with it. 0 to go on; anything else ends the parsing and is
 * returned. */
typedef int options_take(const struct options_given *given);

/* The table ends with a row of zeros. */
struct options_row {
	char letter;      /* short form, or 0 */
	const char *name; /* long form without the dashes, or NULL */
	/* What it takes, as printed; NULL: nothing. In brackets, of a long form
	 * alone: what it may have behind a '=', and nowhere else. */
	const char *argument;
	const char *help; /* one line */
	options_take *take;
	size_t at;      /* of what it sets, in *ret */
	const void *by; /* what else take needs to know */
	unsigned with;  /* for the program: what it goes with */
};

/*
 * How rows set a member of the struct that options_parse() is given, with its
 * type checked: a bool, where it takes nothing, to true; a const char * to what
 * it takes; a number in [low, high], and a size (options_size); an enum or bool
 * to the place that the word has in a list, an array that ends with NULL. What
 * a number is not if it is wrong is said as in "a process id". The function is
 * options_number_in() or options_size_in(), or one that calls it and does more.
 */
#define OPTIONS_FLAG(type, member)                                             \
	.take = options_flag,                                                  \
	.at = OPTIONS_AT(type, member,                                         \
			 _Generic(((type *)0)->member, bool : 0))
#define OPTIONS_WORD(type, member)                                             \
	.take = options_word,                                                  \
	.at = OPTIONS_AT(type, member,                                         \
			 _Generic(((type *)0)->member, const char * : 0))
#define OPTIONS_NUMBER(function, type, member, low, high, what)                \
	.take = (function),                                                    \
	.at = OPTIONS_AT(type, member,                                         \
			 _Generic(((type *)0)->member, int : 0, unsigned : 0,  \
				  int64_t : 0, size_t : 0)),                   \
	.by = &(const struct options_range)                                    \
	{                                                                      \
		low, high, sizeof(((type *)0)->member), what                   \
	}
#define OPTIONS_SIZE(function, type, member, low, high, example)               \
	.take = (function),                                                    \
	.at = OPTIONS_AT(type, member,                                         \
			 _Generic(((type *)0)->member, uint64_t : 0)),         \
	.by = &(const struct options_sizes)                                    \
	{                                                                      \
		low, high, example                                             \
	}
#define OPTIONS_CHOICE(type, member, list)                                     \
	.take = options_choice, .at = OPTIONS_AT(type, member, 0),             \
	.by = &(const struct options_words)                                    \
	{                                                                      \
		list, sizeof(((type *)0)->member)                              \
	}
#define OPTIONS_AT(type, member, zero) (offsetof(type, member) + (zero))

struct options_range {
	int64_t low, high;
	size_t size; /* of the member */
	const char *what;
};
struct options_sizes {
	uint64_t low, high;
	const char *example; /* of one that can be given */
};
struct options_words {
	const char *const *words;
	size_t size; /* of the member */
};

/* What these rows do. */
options_take options_flag, options_word, options_number_in, options_size_in,
    options_choice;

/* "--name", or "-n" where it has no other. */
void options_put_name(struct text *text, const struct options_row *row);

/* Says that the value is not what is wanted, as in "a process id"; -EINVAL. */
int options_refuse(const struct options_given *given, const char *wanted);

/* The place that the value has in the list, or -EINVAL after it was said. */
int options_find(const struct options_given *given, const char *const *words);

/*
 * Parses argv[1..] up to the first word that is no option, or past "--".
 * Clustered short options (-ai), attached (-fFILE) and separate (-f FILE)
 * arguments, --name=VALUE and --name VALUE. ret is what rows set. before is
 * asked before each row is taken, or NULL. Returns the index of the first
 * operand, or -EINVAL with one line in *error that says what is wrong, or what
 * before or a row returned (negative).
 */
int options_parse(const struct options_row *table, int argc, char *const *argv,
		  void *ret, options_take *before, struct text *error);

/* One line per row, aligned, for --help. */
void options_help(const struct options_row *table, struct text *text);

/* Whole decimal number in [low, high]; 0, or -EINVAL/-ERANGE. */
int options_number(const char *value, int64_t low, int64_t high, int64_t *ret);

/* The same with an optional suffix K, M or G, or k, m, g (powers of
 * 1024). */
int options_size(const char *value, uint64_t low, uint64_t high, uint64_t *ret);

#endif
