/* nettle's SHA-256, of memory and of files. */
#include "kaudit/digest.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fd.h"

#define PIECE ((size_t)256 << 10)

static struct digest finish(struct sha256_ctx *context)
{
	struct digest digest;

	sha256_digest(context, sizeof(digest.bytes), digest.bytes);
	return digest;
}

struct digest digest_of(const void *data, size_t length)
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, length, data);
	return finish(&context);
}

int digest_fd(struct digest *ret, int fd)
{
	_cleanup_free_ uint8_t *piece = malloc(PIECE);
	struct sha256_ctx context;
	ssize_t got;

	if (!piece)
		return -ENOMEM;
	sha256_init(&context);
	while ((got = fd_read_full(fd, piece, PIECE)) > 0)
		sha256_update(&context, (size_t)got, piece);
	if (got < 0)
		return (int)got;
	*ret = finish(&context);
	return 0;
}

const char *digest_hex(const struct digest *digest, char ret[DIGEST_HEX])
{
	for (size_t i = 0; i < sizeof(digest->bytes); i++)
		snprintf(ret + 2 * i, 3, "%02x", digest->bytes[i]);
	return ret;
}
