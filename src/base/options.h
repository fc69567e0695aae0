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

/* A row: it sets something, or is handed on, or both. The table ends with a row
 * of zeros. */
struct options_row {
	char letter;      /* short form, or 0 */
	const char *name; /* long form without the dashes, or NULL */
	/* What it takes, as printed; NULL: nothing. In brackets, of a long form
	 * alone: what it may have behind a '=', and nowhere else. */
	const char *argument;
	const char *help; /* one line */
	int id;           /* handed to the handler, unique, below 256; 0: it is
			   * not; and what it sets, by | */
};

/* What a row sets, of the struct that options_parse() is given: a bool, where
 * it takes nothing, to true; or a const char * to what it takes. */
#define OPTIONS_FLAG(type, member)                                             \
	OPTIONS_SETS(type, member, _Generic(((type *)0)->member, bool : 1))
#define OPTIONS_WORD(type, member)                                             \
	OPTIONS_SETS(type, member,                                             \
		     _Generic(((type *)0)->member, const char * : 1))
#define OPTIONS_SETS(type, member, one)                                        \
	((int)(offsetof(type, member) + (one)) << 8)

/* The id alone. */
int options_id(const struct options_row *row);

/*
 * Called for each option with an id, in the order given; value is NULL for one
 * without an argument, also where it might have had one. 0 to go on; anything
 * else ends the parsing and is returned.
 */
typedef int options_handler(void *context, int id, const char *value);

/*
 * Parses argv[1..] up to the first word that is no option, or past "--".
 * Clustered short options (-ai), attached (-fFILE) and separate (-f FILE)
 * arguments, --name=VALUE and --name VALUE. ret is what rows set, or NULL where
 * none does. Returns the index of the first
 * operand, or -EINVAL with one line in *error that says what is wrong, or what
 * the handler returned (negative).
 */
int options_parse(const struct options_row *table, int argc, char *const *argv,
		  void *ret, options_handler *handler, void *context,
		  struct text *error);

/* One line per row, aligned, for --help. */
void options_help(const struct options_row *table, struct text *text);

/* Whole decimal number in [low, high]; 0, or -EINVAL/-ERANGE. */
int options_number(const char *value, int64_t low, int64_t high, int64_t *ret);

/* The same with an optional suffix K, M or G, or k, m, g (powers of
 * 1024). */
int options_size(const char *value, uint64_t low, uint64_t high, uint64_t *ret);

#endif
