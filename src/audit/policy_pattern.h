/*
 * Patterns as they are written in policies.
 */
#ifndef AUDIT_POLICY_PATTERN_H
#define AUDIT_POLICY_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct text;

/* Why no name can match it as it was meant, to stand behind it in a line; NULL:
 * nothing is wrong with it. */
const char *policy_pattern_check(const char *text, size_t length);

/* Appends it as names are told: of a path, without double slashes, components
 * that are a dot, and slashes at its end. False: it has "..", and where that
 * leads, nobody knows who did not follow it. */
bool policy_pattern_put(struct text *text, const char *pattern, size_t length);

#endif
