/* What a person says is secret: POSIX extended regular expressions. */
#ifndef REDACT_PATTERN_H
#define REDACT_PATTERN_H

struct pattern;
struct region;
struct text;

/*
 * 0; -EINVAL with one line in *error that says why it is none; -ENOMEM. Lines
 * are matched one by one. Where it has a group, what the first one matches is
 * secret, else all of it.
 */
int pattern_open(struct pattern **ret, const char *expression,
		 struct text *error);
void pattern_close(struct pattern *pattern); /* NULL is fine */

/* Somewhere behind the region's data is a NUL. */
void pattern_mask(const struct pattern *pattern, const struct region *region);

#endif
