/*
 * The one table of record kinds: letter, kdump's tag, our name, what it means.
 * Knows neither options nor output.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "base/text.h"
#include "trace/facility.h"

struct facility_row {
	char letter; /* 0: has none of its own */
	bool is_default;
	const char *tag;
	const char *name;
	const char *help; /* once per letter */
};

/* clang-format off */
static const struct facility_row facility_rows[] = {
	[KTR_SYSCALL]      = { 'c', true,  "CALL", "syscall",
			       "system calls and their results" },
	[KTR_SYSRET]       = { 'c', true,  "RET ", "sysret", NULL },
	[KTR_NAMEI]        = { 'n', true,  "NAMI", "namei",
			       "path names" },
	[KTR_GENIO]        = { 'i', true,  "GIO ", "genio",
			       "the bytes that were read and written" },
	[KTR_PSIG]         = { 's', true,  "PSIG", "psig",
			       "signals delivered" },
	[KTR_CSW]          = { 'w', false, "CSW ", "csw",
			       "context switches" },
	[KTR_USER]         = { 'u', true,  "USER", "user",
			       "what the program recorded with utrace" },
	[KTR_STRUCT]       = { 't', true,  "STRU", "struct",
			       "structures" },
	[KTR_SYSCTL]       = { 'y', true,  "SCTL", "sysctl",
			       "kernel settings under /proc/sys" },
	[KTR_PROCCTOR]     = { 0,   false, NULL,   "procctor", NULL },
	[KTR_PROCDTOR]     = { 0,   false, NULL,   "procdtor", NULL },
	[KTR_CAPFAIL]      = { 'p', true,  "CAP ", "capfail",
			       "calls that the program's own filter denied" },
	[KTR_FAULT]        = { 'f', false, "PFLT", "fault",
			       "page faults" },
	[KTR_FAULTEND]     = { 'f', false, "PRET", "faultend", NULL },
	[KTR_STRUCT_ARRAY] = { 't', true,  "STRU", "struct_array", NULL },
	[KTR_ARGS]         = { 'a', true,  "ARGS", "args",
			       "arguments of programs executed" },
	[KTR_ENVS]         = { 'e', false,  "ENVS", "envs",
			       "environment of programs executed" },
};
/* clang-format on */

_Static_assert(ARRAY_LEN(facility_rows) == KTR_KIND_MAX + 1,
	       "a row for each kind");

uint32_t facility_default(void)
{
	uint32_t mask = 0;

	for (unsigned kind = 1; kind <= KTR_KIND_MAX; kind++)
		if (facility_rows[kind].is_default)
			mask |= KTRFAC(kind);
	return mask;
}

/* The kinds of one letter; 0 when there is no such letter. */
static uint32_t facility_of(char letter)
{
	uint32_t mask = 0;

	if (letter == '+')
		return facility_default();
	if (letter == 0)
		return 0;
	for (unsigned kind = 1; kind <= KTR_KIND_MAX; kind++)
		if (facility_rows[kind].letter == letter)
			mask |= KTRFAC(kind);
	return mask;
}

int facility_parse(const char *letters, uint32_t *ret, char *ret_bad)
{
	uint32_t mask = letters[0] == '-' ? facility_default() : 0;
	uint32_t kinds;
	bool remove;

	for (; *letters; letters++) {
		remove = *letters == '-';
		kinds = facility_of(letters[remove]);
		if (!kinds) {
			*ret_bad = letters[remove] ? letters[remove] : '-';
			return -EINVAL;
		}
		mask = remove ? mask & ~kinds : mask | kinds;
		letters += remove;
	}
	*ret = mask;
	return 0;
}

static const struct facility_row *facility_row(unsigned kind)
{
	static const struct facility_row none = { .name = "unknown" };

	if (kind == 0 || kind > KTR_KIND_MAX)
		return &none;
	return &facility_rows[kind];
}

void facility_letters(struct text *text, uint32_t mask)
{
	for (unsigned kind = 1; kind <= KTR_KIND_MAX; kind++) {
		char letter = facility_rows[kind].letter;

		if (!(mask & KTRFAC(kind)) || !letter)
			continue;
		text_char(text, letter);
		mask &= ~facility_of(letter);
	}
}

const char *facility_tag(unsigned kind)
{
	return facility_row(kind)->tag;
}

const char *facility_name(unsigned kind)
{
	return facility_row(kind)->name;
}

void facility_help(struct text *text)
{
	const struct facility_row *row;

	for (unsigned kind = 1; kind <= KTR_KIND_MAX; kind++) {
		row = &facility_rows[kind];
		if (row->help)
			text_format(text, "  %c  %s%s\n", row->letter,
				    row->help,
				    row->is_default ? "" : " (not in +)");
	}
	text_put(text, "  +  all but those marked; the default\n"
		       "  -x without x; a list that starts so starts from +\n");
}
