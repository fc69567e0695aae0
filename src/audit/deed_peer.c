/*
 * Where the name of a socket led, as the recorder had it from the kernel.
 */
#include <string.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "audit/object.h"
#include "base/text.h"
#include "trace/fields.h"

/* What the kernel said of where the name of a socket led. */
static bool find_told(const struct deed *deed, struct record *ret)
{
	for (unsigned i = 0; i < deed->call->part_count; i++)
		if (call_part(deed->call, i, ret) &&
		    record_is_struct(ret, KTR_STRUCT_PATH))
			return true;
	return false;
}

static bool is_field(const struct record *part, const char *name,
		     const char *value)
{
	struct field field;

	return fields_find(part->structure.data, part->structure.length, name,
			   &field) &&
	       field.length == strlen(value) &&
	       !memcmp(field.data, value, field.length);
}

enum fact_mark deed_peer(const struct deed *deed, const struct text *called,
			 struct text *ret)
{
	struct record told;
	struct field path;
	bool is_told = find_told(deed, &told);

	text_put(ret, OBJECT_UNIX);
	if (is_told && is_field(&told, "how", "kernel") &&
	    fields_find(told.structure.data, told.structure.length, "path",
			&path) &&
	    object_put_path(ret, path.data, path.length, deed->call->entry.pid))
		return deed->is_shared ? FACT_UNPROVEN : FACT_KERNEL;
	text_clear(ret);
	text_bytes(ret, called->data, called->length);
	return is_told ? FACT_UNPROVEN : deed_claim(deed);
}
