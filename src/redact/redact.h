/*
 * Takes secrets out of records, byte by byte: each is replaced by an asterisk,
 * so that every length, offset and structure stays what it was.
 */
#ifndef REDACT_REDACT_H
#define REDACT_REDACT_H

#include <stddef.h>

struct record;
struct redact;
struct text;

/* The set that is known by the names of things. */
#define REDACT_DEFAULT "default"

/* Whether it can be looked for: 0, or -EINVAL or -ENOMEM with one line in
 * *error. */
int redact_check(const char *pattern, struct text *error);

/*
 * Patterns: POSIX extended regular expressions, or REDACT_DEFAULT; all have
 * passed redact_check(). 0 or -ENOMEM.
 */
int redact_open(struct redact **ret, const char *const *patterns, size_t count);
void redact_close(struct redact *redact); /* NULL is fine */

/*
 * Makes *record one without secrets. Its payload then is ours, and valid until
 * the next time. Records come in the order of the trace. 0 or -ENOMEM.
 */
int redact_record(struct redact *redact, struct record *record);

/* The same in place: of the words of a command, each with its NUL but perhaps
 * for the last, 0 or -ENOMEM; and of a text, behind which is a NUL. */
int redact_words(struct redact *redact, char *words, size_t length);
void redact_text(const struct redact *redact, char *text, size_t length);

#endif
