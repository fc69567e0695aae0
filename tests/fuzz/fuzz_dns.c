/*
 * What a name server might answer: no byte past it is read, it ends, and names
 * are such that nobody obeys them.
 * Input: a message.
 * Rooms: decode base
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include "decode/dns.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct looking {
	const uint8_t *data;
	size_t size, count;
};

static int look(void *context, const struct dns_answer *answer)
{
	struct looking *looking = context;
	size_t length = answer->family == AF_INET ? 4 : 16;
	size_t own = strlen(answer->host);

	MUST(answer->family == AF_INET || answer->family == AF_INET6);
	MUST(answer->address >= looking->data &&
	     answer->address + length <= looking->data + looking->size);
	MUST(own > 0 && own <= DNS_NAME_MAX);
	MUST(strspn(answer->host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") ==
	     own);
	/* A record has eleven bytes and an address. */
	MUST(++looking->count * 15 <= looking->size);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy that ends where the message does. */
	uint8_t *bytes = malloc(size ? size : 1);
	struct looking looking = { bytes, size, 0 };

	MUST(bytes != NULL);
	if (size)
		memcpy(bytes, data, size);
	MUST(dns_each_answer(bytes, size, look, &looking) == 0);
	free(bytes);
	return 0;
}
