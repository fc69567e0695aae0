/*
 * Compares. Knows no field.
 */
#include "query/term_fit.h"

#include "query/term.h"
#include "trace/fields.h"

bool term_fit_number(const struct term *term, int64_t number)
{
	const struct value *value = term->values;

	switch (term->sign) {
	case TERM_LESS:
		return number < value->low;
	case TERM_LESS_EQUAL:
		return number <= value->low;
	case TERM_MORE:
		return number > value->low;
	case TERM_MORE_EQUAL:
		return number >= value->low;
	case TERM_ANY:
	case TERM_NONE:
		break;
	}
	for (size_t i = 0; i < term->count; i++)
		if (number >= value[i].low && number <= value[i].high)
			return true;
	return false;
}

bool term_fit_named(const struct term *term, enum record_system system,
		    int64_t number)
{
	const struct value *value = term->values;

	for (size_t i = 0; i < term->count; i++)
		if (value[i].is_named ? number == value[i].numbers[system]
				      : number == value[i].low)
			return true;
	return false;
}

bool term_fit_text(const struct term *term, const void *text, size_t length)
{
	for (size_t i = 0; i < term->count; i++)
		if (glob_matches(&term->values[i].pattern, text, length))
			return true;
	return false;
}

bool term_fit_mark(const struct glob *glob, const struct record *record)
{
	struct field text;

	if (record->kind == KTR_USER)
		return glob_matches(glob, record->raw.data, record->raw.length);
	return record_is_struct(record, KTR_STRUCT_LABEL) &&
	       fields_find(record->structure.data, record->structure.length,
			   "text", &text) &&
	       glob_matches(glob, text.data, text.length);
}
