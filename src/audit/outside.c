/* Addresses that were bound against those that were asked. */
#include "audit/outside.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "audit/fact.h"
#include "audit/object.h"
#include "base/array.h"

#define ANY_4   OBJECT_INET "0.0.0.0:"
#define ANY_6   OBJECT_INET "[::]:"
#define FIRST_4 OBJECT_INET "127.0.0.1:"
#define FIRST_6 OBJECT_INET "[::1]:"
#define ALL     (FACT_ON_STREAM | FACT_ON_DATAGRAM | FACT_ON_OTHER)

/* Addresses of this machine, and others at which the port may be held then: who
 * is bound to any has it at each, and who asks any asks the first. */
static const struct side {
	const char *start;
	const char *at[3]; /* up to a NULL */
} sides[] = {
	{ OBJECT_INET "127.", { ANY_4, ANY_6 } },
	{ ANY_4, { ANY_6, FIRST_4 } },
	{ FIRST_6, { ANY_6 } },
	{ ANY_6, { FIRST_6 } },
};

static bool begins(const struct name *name, const char *start)
{
	return !strncmp(name->text, start, strlen(start));
}

static void note(const struct fact *fact)
{
	struct name *name = (struct name *)(uintptr_t)fact->key.object;

	name->bound |= fact->protocols ?: ALL;
}

static uint8_t bound_at(const struct names *names, const char *start,
			const char *port)
{
	const struct name *name;
	char text[64];
	int length = snprintf(text, sizeof(text), "%s%s", start, port);

	if (length < 0 || (size_t)length >= sizeof(text))
		return 0;
	name = names_find(names, text, (size_t)length);
	return name ? name->bound : 0;
}

/* By which protocols somebody of the job is there. */
static uint8_t held(const struct names *names, const struct side *side,
		    const struct name *name)
{
	const char *colon = strrchr(name->text, ':');
	uint8_t protocols = name->bound;

	for (size_t i = 0; colon && side->at[i]; i++)
		protocols |= bound_at(names, side->at[i], colon + 1);
	return protocols;
}

static bool is_outside(const struct names *names, const struct fact *fact)
{
	const struct name *name = fact->key.object;
	size_t i = 0;
	uint8_t protocols;

	if (begins(name, OBJECT_UNIX))
		return !name->bound;
	while (i < ARRAY_LEN(sides) && !begins(name, sides[i].start))
		i++;
	if (i == ARRAY_LEN(sides))
		return false;
	protocols = held(names, &sides[i], name);
	return fact->protocols ? fact->protocols & ~protocols : !protocols;
}

unsigned outside_mark(struct facts *facts, const struct names *names)
{
	static const uint32_t binds = VERB_BIT(VERB_BIND) |
				      VERB_BIT(VERB_LISTEN);
	static const uint32_t asks = VERB_BIT(VERB_CONNECT) |
				     VERB_BIT(VERB_SEND);
	struct fact *fact;
	unsigned count = 0;

	for (fact = facts->first; fact; fact = fact->hh.next)
		if (binds & VERB_BIT(fact->key.verb) && !fact->key.error)
			note(fact);
	for (fact = facts->first; fact; fact = fact->hh.next) {
		fact->is_outside = asks & VERB_BIT(fact->key.verb) &&
				   fact_worked(fact) && is_outside(names, fact);
		count += fact->is_outside;
	}
	return count;
}
