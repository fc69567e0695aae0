/* SHA-256. */
#ifndef KAUDIT_DIGEST_H
#define KAUDIT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <nettle/sha2.h>

#define DIGEST_SIZE SHA256_DIGEST_SIZE
#define DIGEST_HEX  (2 * DIGEST_SIZE + 1)

struct digest {
	uint8_t bytes[DIGEST_SIZE];
};

struct digest digest_of(const void *data, size_t length);
/* Of all that is behind the descriptor's offset. 0 or -errno. */
int digest_fd(struct digest *ret, int fd);
/* Digits and a NUL; returns them. */
const char *digest_hex(const struct digest *digest, char ret[DIGEST_HEX]);

#endif
