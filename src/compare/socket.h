/* Where sockets lead, by names that are the same in another trace. */
#ifndef COMPARE_SOCKET_H
#define COMPARE_SOCKET_H

#include <stdint.h>

struct record;
struct sysdesc_row;
struct text;

/* What the addresses of a call are. */
enum socket_role {
	SOCKET_NONE,  /* what the kernel calls it */
	SOCKET_GIVEN, /* where the program wants to go, or be */
	SOCKET_PEER,  /* who came: from any port */
};

enum socket_role socket_role(const struct sysdesc_row *row);

/* Appends the address in a `sockaddr` record; nothing for what has no name.
 * ppid: the parent of the record's process, as of stable_put(). */
void socket_put(struct text *text, const struct record *record,
		enum socket_role role, int32_t ppid);

#endif
