/* Names that are held by several, and freed by the last. */
#include "join/descriptor_name.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct descriptor_name *descriptor_name_make(const void *text, size_t length)
{
	struct descriptor_name *name;

	if (length > PATH_MAX)
		return NULL;
	name = malloc(sizeof(*name) + length + 1);
	if (!name)
		return NULL;
	name->holders = 1;
	name->type = 0;
	name->length = length;
	memcpy(name->text, text, length);
	name->text[length] = '\0';
	return name;
}

struct descriptor_name *descriptor_name_hold(struct descriptor_name *name)
{
	if (name)
		name->holders++;
	return name;
}

void descriptor_name_drop(struct descriptor_name *name)
{
	if (name && --name->holders == 0)
		free(name);
}
