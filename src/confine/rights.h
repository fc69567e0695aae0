/* The rights of Landlock by name. Private to the room. */
#ifndef CONFINE_RIGHTS_H
#define CONFINE_RIGHTS_H

#include <stddef.h>
#include <stdint.h>

enum rights_kind { RIGHTS_FILES, RIGHTS_PORTS, RIGHTS_SCOPES };

struct rights_row {
	const char *name;
	enum rights_kind kind;
	uint64_t bit;
	int version; /* of Landlock that has it first */
};

/* NULL: there is none of that name. */
const struct rights_row *rights_find(const char *name, size_t length);
/* The first of a kind that these are and a version does not have, or NULL. */
const struct rights_row *rights_beyond(enum rights_kind kind, uint64_t bits,
				       int version);
/* Those of a kind that a version has. */
uint64_t rights_until(enum rights_kind kind, int version);

/* Of files that are no directories; and those that make names. */
#define RIGHTS_OF_FILES                                                        \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |          \
	 LANDLOCK_ACCESS_FS_READ_FILE | RIGHTS_TRUNCATE)
#define RIGHTS_MAKING                                                          \
	(LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |           \
	 LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_MAKE_FIFO |          \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK)

/* What older headers have not. */
#define RIGHTS_TRUNCATE    (UINT64_C(1) << 14)
#define RIGHTS_BIND_TCP    (UINT64_C(1) << 0)
#define RIGHTS_CONNECT_TCP (UINT64_C(1) << 1)
#define RIGHTS_ABSTRACT    (UINT64_C(1) << 0)
#define RIGHTS_SIGNAL      (UINT64_C(1) << 1)

#endif
