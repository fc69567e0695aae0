/* Names as they are written in a policy. */
#include <stdbool.h>
#include <string.h>

#include "audit/policy.h"
#include "base/text.h"

/* It needs no quotes. */
static bool is_plain(const char *name, size_t length)
{
	if (length == 0 || *name == '#' || *name == '"')
		return false;
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '"')
			return false;
	return true;
}

static void put_quoted(struct text *text, unsigned char byte)
{
	if (byte < ' ' || byte > '~')
		text_format(text, "\\%03o", byte);
	else if (strchr("\"\\*?[", byte))
		text_format(text, "\\%c", byte);
	else
		text_char(text, (char)byte);
}

void policy_put_pattern(struct text *text, const char *before, const char *name,
			size_t length, const char *after)
{
	bool plain = is_plain(name, length) || (length == 0 && *before);

	text_put(text, plain ? "" : "\"");
	text_put(text, before);
	for (size_t i = 0; i < length; i++) {
		if (!plain)
			put_quoted(text, (unsigned char)name[i]);
		else
			text_format(text,
				    strchr("\\*?[", name[i]) ? "\\%c" : "%c",
				    name[i]);
	}
	text_put(text, after);
	text_put(text, plain ? "" : "\"");
}

void policy_put_name(struct text *text, const char *name, size_t length)
{
	policy_put_pattern(text, "", name, length, "");
}
