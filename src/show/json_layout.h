/*
 * Linux's structures as values of JSON: an object, an array, a number.
 */
#ifndef SHOW_JSON_LAYOUT_H
#define SHOW_JSON_LAYOUT_H

#include <stdbool.h>

#include "sysdesc/sysdesc.h"

struct record;
struct text;

/*
 * `"NAME":VALUE` of a record that layout_is_known(). Numbers that are best read
 * in hexadecimal or octal are strings, as are those beyond 2^53. Unless it is
 * to be plain, behind a number that has names is a member "..._names".
 */
void json_layout_put(struct text *text, const char *name,
		     const struct record *record, enum sysdesc_abi abi,
		     bool is_plain);

#endif
