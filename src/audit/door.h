/*
 * Addresses at which daemons outside of a job take orders, as its environment
 * named them when it started: what is asked there is done elsewhere.
 */
#ifndef AUDIT_DOOR_H
#define AUDIT_DOOR_H

#include <stddef.h>

struct name;
struct names;

#define DOORS_MAX    32u
#define DOORS_PREFIX "door:" /* and the variable: the other name of it */

struct doors {
	struct door {
		const struct name *address; /* as facts have it */
		const struct name *name;    /* "door:SSH_AUTH_SOCK" */
	} items[DOORS_MAX];
	unsigned count;
};

/* What a variable says, "NAME=value": any bytes. What is no address of a socket
 * is left out. 0 or -ENOMEM. */
int doors_take(struct doors *doors, struct names *names, const char *variable,
	       size_t length);

/* The other name of an address, or NULL. */
const struct name *doors_find(const struct doors *doors, const char *address,
			      size_t length);

#endif
