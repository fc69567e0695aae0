/* To be said once, by the process that was started. */
#include "ktrace/say.h"

#include <stdio.h>

#include "base/text.h"

int say_why(int status, const char *line)
{
	fprintf(stderr, "ktrace-u: %s\n", line);
	return status;
}

int say_text(const struct text *text, FILE *to)
{
	if (text->length)
		fwrite(text->data, 1, text->length, to);
	return fflush(to) ? 1 : 0;
}
