/*
 * The expression of --syscalls as a set of rows. Must not know a call by name:
 * names and classes come from the table.
 */
#include "sysdesc/select.h"

#include <errno.h>
#include <string.h>

#include "sysdesc/deeds.h"
#include "sysdesc/sysdesc.h"

#define DEEDS "@deeds"
#define LOOKS "@looks"

/* A piece of the expression, between commas. */
struct word {
	const char *at;
	size_t length;
};

static bool word_is(struct word word, const char *name)
{
	return strlen(name) == word.length &&
	       memcmp(word.at, name, word.length) == 0;
}

static void select_remove(struct select *select, const struct sysdesc_row *row)
{
	unsigned index = sysdesc_index(row);

	select->bits[index / 64] &= ~(UINT64_C(1) << index % 64);
	select->deeds[index / 64] &= ~(UINT64_C(1) << index % 64);
}

void select_all(struct select *select)
{
	memset(select, 0, sizeof(*select));
	for (unsigned i = 0; i < sysdesc_count(); i++)
		select_add(select, sysdesc_row(i));
	select->unknown = true;
}

void select_none(struct select *select)
{
	memset(select, 0, sizeof(*select));
}

void select_add(struct select *select, const struct sysdesc_row *row)
{
	unsigned index = sysdesc_index(row);

	select->bits[index / 64] |= UINT64_C(1) << index % 64;
	select->deeds[index / 64] &= ~(UINT64_C(1) << index % 64);
}

void select_add_deeds(struct select *select, const struct sysdesc_row *row)
{
	unsigned index = sysdesc_index(row);
	unsigned exceptions;

	if (select_has(select, row))
		return;
	select_add(select, row);
	if (deeds_exceptions(row, &exceptions) || deeds_is_by_command(row))
		select->deeds[index / 64] |= UINT64_C(1) << index % 64;
}

bool select_is_all(const struct select *select)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (!select_has(select, sysdesc_row(i)) ||
		    select_is_narrow(select, sysdesc_row(i)))
			return false;
	return select->unknown;
}

/* Whether all deeds are there that do, or do not, only look. */
static bool has_deeds(const struct select *select, bool looks)
{
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (deeds_has(row) && deeds_is_look(row) == looks &&
		    !select_has(select, row))
			return false;
	}
	return true;
}

bool select_has_deeds(const struct select *select)
{
	return has_deeds(select, false) && select->unknown;
}

bool select_has_looks(const struct select *select)
{
	return has_deeds(select, true);
}

bool select_has(const struct select *select, const struct sysdesc_row *row)
{
	unsigned index;

	if (!row)
		return select->unknown;
	index = sysdesc_index(row);
	return select->bits[index / 64] >> index % 64 & 1;
}

bool select_is_narrow(const struct select *select,
		      const struct sysdesc_row *row)
{
	unsigned index = sysdesc_index(row);

	return select->deeds[index / 64] >> index % 64 & 1;
}

bool select_is_same(const struct select *one, const struct select *other)
{
	return one->unknown == other->unknown &&
	       !memcmp(one->bits, other->bits, sizeof(one->bits)) &&
	       !memcmp(one->deeds, other->deeds, sizeof(one->deeds));
}

/* The bit of "@class", or 0. */
static uint32_t class_of(struct word word)
{
	if (word.length == 0 || word.at[0] != '@')
		return 0;
	word.at++;
	word.length--;
	for (unsigned bit = 0; bit < SYSDESC_CLASS_COUNT; bit++)
		if (word_is(word, sysdesc_class_name(bit)))
			return UINT32_C(1) << bit;
	return 0;
}

static void apply_deeds(struct select *select, bool wanted)
{
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (deeds_has(row))
			(wanted ? select_add_deeds : select_remove)(select,
								    row);
	}
	select->unknown = wanted;
}

static void apply_looks(struct select *select, bool wanted)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (deeds_is_look(sysdesc_row(i)))
			(wanted ? select_add : select_remove)(select,
							      sysdesc_row(i));
}

/* Adds or takes away what the word names; false when it names nothing. */
static bool apply(struct select *select, struct word word, bool wanted)
{
	uint32_t class = class_of(word);
	bool found = false;

	if (word_is(word, "all")) {
		(wanted ? select_all : select_none)(select);
		return true;
	}
	if (word_is(word, DEEDS)) {
		apply_deeds(select, wanted);
		return true;
	}
	if (word_is(word, LOOKS)) {
		apply_looks(select, wanted);
		return true;
	}
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (!(row->classes & class) && !word_is(word, row->name))
			continue;
		found = true;
		(wanted ? select_add : select_remove)(select, row);
	}
	return found;
}

int select_parse(struct select *ret, const char *expression, size_t *ret_at,
		 size_t *ret_length)
{
	struct word word = { expression, 0 };
	struct select select;

	if (expression[0] == '!')
		select_all(&select);
	else
		select_none(&select);
	for (;; word.at += word.length + 1) {
		bool wanted = word.at[0] != '!';

		word.at += !wanted;
		word.length = strcspn(word.at, ",");
		if (!apply(&select, word, wanted)) {
			*ret_at = (size_t)(word.at - expression);
			*ret_length = word.length;
			return -EINVAL;
		}
		if (word.at[word.length] == '\0')
			break;
	}
	*ret = select;
	return 0;
}
