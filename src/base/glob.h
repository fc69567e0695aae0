/*
 * Patterns over bytes that nobody vouches for: names of files, commands, texts.
 */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/*
 * `?` is any byte, `*` any bytes, `[a-z]` one of those, `[!a-z]` none of them,
 * and a backslash takes what is behind it as it is. All of it must match.
 *
 * Of a path, a `*`, `?` or `[` stays within one component; `**` goes beyond,
 * and a component that is `**` alone stands for any number of them: "src/" and
 * two stars and "/a.c" match src/a.c, src/x/a.c and src/x/y/a.c.
 *
 * However many stars there are, only the last one and the last double one are
 * tried again: the time does not grow with their number.
 */
struct glob {
	const char *pattern; /* not owned */
	size_t length;
	bool is_path;
};

bool glob_matches(const struct glob *glob, const void *text, size_t length);

#endif
