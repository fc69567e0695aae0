/* Text -> what stands for it in XML and HTML. */
#ifndef KAUDIT_MARKUP_H
#define KAUDIT_MARKUP_H

#include <stddef.h>

struct text;

/* UTF-8 without control characters, as data_escape() and we make it, between
 * tags or quotes. */
void markup_put(struct text *text, const char *data, size_t length);

#endif
