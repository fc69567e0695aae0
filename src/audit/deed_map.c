/*
 * A file that a structure of arguments has mapped -> a fact: i386's first mmap.
 */
#include <errno.h>
#include <string.h>

#include <sys/mman.h>

#include "audit/audit.h"
#include "audit/deed_private.h"
#include "audit/object.h"
#include "base/cleanup.h"
#include "trace/record.h"

struct wanted {
	uint32_t address, length, protection, flags;
	int32_t fd;
	uint32_t offset;
};

static bool find_wanted(const struct deed *deed, struct wanted *ret)
{
	struct record part;

	for (unsigned i = 0; i < deed->call->part_count; i++) {
		if (!call_part(deed->call, i, &part) ||
		    !record_is_struct(&part, "mmap_args") ||
		    part.structure.length < sizeof(*ret))
			continue;
		memcpy(ret, part.structure.data, sizeof(*ret));
		return true;
	}
	return false;
}

static int add_name(struct deed *deed, const struct descriptor_name *name)
{
	_cleanup_(text_done) struct text object = TEXT_INIT;

	if (!object_put_path(&object, name->text, name->length,
			     deed->call->entry.pid))
		text_bytes(&object, name->text, name->length);
	return deed_add(deed, VERB_MAP, deed_claim(deed), &object, NULL);
}

int deed_mapped(struct deed *deed)
{
	const struct descriptor_name *name;
	struct wanted wanted;

	if (deed->row->effect != EFFECT_MAP || deed->error == EBADF ||
	    !find_wanted(deed, &wanted) || !(wanted.protection & PROT_EXEC) ||
	    wanted.flags & MAP_ANONYMOUS)
		return 0;
	name = descriptors_find(&deed->audit->descriptors,
				deed->call->entry.pid, wanted.fd);
	if (name)
		return add_name(deed, name);
	return deed->error ? 0
			   : gaps_add(&deed->audit->gaps, &deed->call->entry, 1,
				      "a descriptor is not known: mmap");
}
