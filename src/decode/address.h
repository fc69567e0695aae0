/*
 * Socket addresses -> what they name. Trusts no length.
 */
#ifndef DECODE_ADDRESS_H
#define DECODE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct data_style;
struct text;

#define ADDRESS_HOST_MAX 64

struct address {
	const char *family; /* "AF_INET"; NULL: number has it */
	unsigned number;
	char host[ADDRESS_HOST_MAX]; /* "::1"; "" where there is none */
	bool has_port;
	uint32_t port;
	bool is_abstract; /* a path of AF_UNIX that is no file */
	/* AF_UNIX: the path without NUL; unknown families: all that is behind
	 * the family. */
	const uint8_t *rest;
	size_t rest_length;
	/* Numbers that some families have besides; name NULL: no more. */
	struct address_number {
		const char *name;
		uint32_t value;
		bool is_hex;
	} numbers[4];
};

/* False when it is too short to be one. *ret points into data. */
bool address_parse(const void *data, size_t length, struct address *ret);

/* As FreeBSD's kdump: "AF_INET, 127.0.0.1:80". */
void address_put(struct text *text, const struct address *address,
		 const struct data_style *style);

#endif
