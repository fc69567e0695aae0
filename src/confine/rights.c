/* One table. */
#include "confine/rights.h"

#include <string.h>

#include <linux/landlock.h>

#include "base/array.h"

#define FILES(name, version, bit)                                              \
	{                                                                      \
		name, RIGHTS_FILES, LANDLOCK_ACCESS_FS_##bit, version          \
	}

static const struct rights_row table[] = {
	FILES("execute", 1, EXECUTE),
	FILES("write_file", 1, WRITE_FILE),
	FILES("read_file", 1, READ_FILE),
	FILES("read_dir", 1, READ_DIR),
	FILES("remove_dir", 1, REMOVE_DIR),
	FILES("remove_file", 1, REMOVE_FILE),
	FILES("make_char", 1, MAKE_CHAR),
	FILES("make_dir", 1, MAKE_DIR),
	FILES("make_reg", 1, MAKE_REG),
	FILES("make_sock", 1, MAKE_SOCK),
	FILES("make_fifo", 1, MAKE_FIFO),
	FILES("make_block", 1, MAKE_BLOCK),
	FILES("make_sym", 1, MAKE_SYM),
	FILES("refer", 2, REFER),
	{ "truncate", RIGHTS_FILES, RIGHTS_TRUNCATE, 3 },
	{ "bind_tcp", RIGHTS_PORTS, RIGHTS_BIND_TCP, 4 },
	{ "connect_tcp", RIGHTS_PORTS, RIGHTS_CONNECT_TCP, 4 },
	{ "abstract_unix_socket", RIGHTS_SCOPES, RIGHTS_ABSTRACT, 6 },
	{ "signal", RIGHTS_SCOPES, RIGHTS_SIGNAL, 6 },
};

const struct rights_row *rights_find(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strlen(table[i].name) == length &&
		    !memcmp(table[i].name, name, length))
			return &table[i];
	return NULL;
}

const struct rights_row *rights_beyond(enum rights_kind kind, uint64_t bits,
				       int version)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].kind == kind && bits & table[i].bit &&
		    table[i].version > version)
			return &table[i];
	return NULL;
}

uint64_t rights_until(enum rights_kind kind, int version)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].kind == kind && table[i].version <= version)
			bits |= table[i].bit;
	return bits;
}
