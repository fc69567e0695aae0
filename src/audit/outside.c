/* Addresses that were bound against those that were asked. */
#include "audit/outside.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/fact.h"
#include "audit/object.h"

#define LOCAL_4 OBJECT_INET "127."
#define LOCAL_6 OBJECT_INET "[::1]:"
#define PORTS   65536u

struct bound {
	uint8_t ports[PORTS / 8]; /* a bit each */
};

static bool begins(const struct name *name, const char *start)
{
	return !strncmp(name->text, start, strlen(start));
}

static unsigned port_of(const struct name *name)
{
	const char *colon = strrchr(name->text, ':');

	return colon ? (unsigned)strtoul(colon + 1, NULL, 10) % PORTS : 0;
}

static void note(struct bound *bound, const struct fact *fact)
{
	struct name *name = (struct name *)(uintptr_t)fact->key.object;
	unsigned port;

	if (begins(name, OBJECT_INET)) {
		port = port_of(name);
		bound->ports[port / 8] |= (uint8_t)(1u << port % 8);
	}
	name->is_bound = true;
}

static bool is_outside(const struct bound *bound, const struct name *name)
{
	unsigned port;

	if (begins(name, OBJECT_UNIX))
		return !name->is_bound;
	if (!begins(name, LOCAL_4) && !begins(name, LOCAL_6))
		return false;
	port = port_of(name);
	return !(bound->ports[port / 8] >> port % 8 & 1);
}

unsigned outside_mark(struct facts *facts)
{
	static const uint32_t binds = VERB_BIT(VERB_BIND) |
				      VERB_BIT(VERB_LISTEN);
	static const uint32_t asks = VERB_BIT(VERB_CONNECT) |
				     VERB_BIT(VERB_SEND);
	struct bound bound = { { 0 } };
	struct fact *fact;
	unsigned count = 0;

	for (fact = facts->first; fact; fact = fact->hh.next)
		if (binds & VERB_BIT(fact->key.verb) && !fact->key.error)
			note(&bound, fact);
	for (fact = facts->first; fact; fact = fact->hh.next) {
		fact->is_outside = asks & VERB_BIT(fact->key.verb) &&
				   fact_worked(fact) &&
				   is_outside(&bound, fact->key.object);
		count += fact->is_outside;
	}
	return count;
}
