/*
 * regex(3) over bytes that may hold anything, NUL included. Sanitizers take
 * them for a string all the same.
 */
#include "redact/pattern.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/text.h"
#include "redact/region.h"

#define REASON_MAX 128

struct pattern {
	regex_t regex;
};

/* Whoever types it has a terminal. */
static void put_expression(struct text *text, const char *expression)
{
	text_char(text, '"');
	for (; *expression; expression++)
		if (*expression >= ' ' && *expression <= '~')
			text_char(text, *expression);
		else
			text_format(text, "\\%03o", (unsigned char)*expression);
	text_char(text, '"');
}

static int complain(struct text *error, const char *expression,
		    const char *reason)
{
	put_expression(error, expression);
	text_put(error, ": ");
	text_put(error, reason);
	return -EINVAL;
}

static int check(struct pattern *pattern, const char *expression,
		 struct text *error)
{
	char reason[REASON_MAX];
	int r = regcomp(&pattern->regex, expression,
			REG_EXTENDED | REG_NEWLINE);

	if (r == REG_ESPACE)
		return -ENOMEM;
	if (r) {
		regerror(r, &pattern->regex, reason, sizeof(reason));
		return complain(error, expression, reason);
	}
	if (regexec(&pattern->regex, "", 0, NULL, 0) != 0)
		return 0;
	regfree(&pattern->regex);
	return complain(error, expression, "it matches where there is nothing");
}

int pattern_open(struct pattern **ret, const char *expression,
		 struct text *error)
{
	struct pattern *pattern = malloc(sizeof(*pattern));
	int r = pattern ? check(pattern, expression, error) : -ENOMEM;

	if (r < 0) {
		free(pattern);
		return r;
	}
	*ret = pattern;
	return 0;
}

void pattern_close(struct pattern *pattern)
{
	if (!pattern)
		return;
	regfree(&pattern->regex);
	free(pattern);
}

void pattern_mask(const struct pattern *pattern, const struct region *region)
{
	const char *data = (const char *)region->data;
	size_t at = 0;

	while (at < region->length) {
		regmatch_t match[2] = {
			{ (regoff_t)at, (regoff_t)region->length },
			{ -1, -1 },
		};
		unsigned which;

		if (regexec(&pattern->regex, data, ARRAY_LEN(match), match,
			    REG_STARTEND) != 0)
			return;
		which = pattern->regex.re_nsub > 0 && match[1].rm_so >= 0;
		region_mask(region, (size_t)match[which].rm_so,
			    (size_t)match[which].rm_eo);
		at = MAX((size_t)match[0].rm_eo, at + 1);
	}
}
