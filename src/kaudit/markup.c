/* The five characters that mean something. */
#include "kaudit/markup.h"

#include "base/text.h"

static const char *reference(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void markup_put(struct text *text, const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const char *stands = reference(data[i]);

		if (stands)
			text_put(text, stands);
		else
			text_char(text, data[i]);
	}
}
