/*
 * A cache of files. Trusts no length in them.
 */
#include "unwind/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <utlist.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "unwind/served.h"

/* Those that nobody uses are kept, so many at most: each has a descriptor. */
#define IMAGE_UNUSED_MAX 64u
#define IMAGE_BLOCK      ((size_t)16 << 10)
#define IMAGE_SIZE_MAX   ((uint64_t)4 << 30)
#define IMAGE_COPY_MAX   ((uint64_t)256 << 20)

struct image_id {
	uint64_t device;
	uint64_t inode;
	int64_t changed_ns;
};

struct image {
	struct image_id id;
	int fd;
	int copy; /* or -1 */
	uint64_t size;
	unsigned users;
	uint8_t **blocks; /* of IMAGE_BLOCK bytes, or NULL */
	bool is_elf;
	struct image_elf elf;
	struct image *prev, *next;
};

struct image_cache {
	struct image *images; /* oldest first */
	unsigned unused;
	struct served served;
};

/* ---- one file ---- */

static size_t image_block_count(const struct image *image)
{
	return (size_t)((image->size + IMAGE_BLOCK - 1) / IMAGE_BLOCK);
}

static void image_free(struct image *image)
{
	for (size_t i = 0; image->blocks && i < image_block_count(image); i++)
		free(image->blocks[i]);
	free(image->blocks);
	if (image->copy >= 0)
		close(image->copy);
	close(image->fd);
	free(image);
}

/* The block, read when it is wanted first. What the file has not got any more
 * reads as zeros. */
static const uint8_t *image_block(struct image *image, size_t index)
{
	uint8_t *block = image->blocks[index];

	if (block)
		return block;
	block = calloc(1, IMAGE_BLOCK);
	if (!block)
		return NULL;
	if (pread(image->fd, block, IMAGE_BLOCK, (off_t)(index * IMAGE_BLOCK)) <
	    0) {
		free(block);
		return NULL;
	}
	image->blocks[index] = block;
	return block;
}

bool image_read(struct image *image, uint64_t offset, void *to, size_t length)
{
	uint8_t *at = to;

	if (offset > image->size || length > image->size - offset)
		return false;
	while (length > 0) {
		size_t skip = (size_t)(offset % IMAGE_BLOCK);
		size_t taken = IMAGE_BLOCK - skip < length ? IMAGE_BLOCK - skip
							   : length;
		const uint8_t *block =
		    image_block(image, (size_t)(offset / IMAGE_BLOCK));

		if (!block)
			return false;
		memcpy(at, block + skip, taken);
		at += taken;
		offset += taken;
		length -= taken;
	}
	return true;
}

static size_t image_read_some(void *context, uint64_t position, void *to,
			      size_t length)
{
	struct image *image = context;

	if (position >= image->size)
		return 0;
	if (length > image->size - position)
		length = (size_t)(image->size - position);
	return image_read(image, position, to, length) ? length : 0;
}

static int image_fill_copy(const struct image *image, int copy)
{
	uint8_t block[4096];
	uint64_t done = 0;

	while (done < image->size) {
		ssize_t n = pread(image->fd, block, sizeof(block), (off_t)done);
		int r;

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		r = fd_write_all(copy, block, (size_t)n);
		if (r < 0)
			return r;
		done += (uint64_t)n;
	}
	return 0;
}

int image_copy(struct image *image)
{
	_cleanup_fd_ int copy = -1;
	int r;

	if (image->copy >= 0)
		return image->copy;
	if (image->size > IMAGE_COPY_MAX)
		return -EFBIG;
	copy = memfd_create("image", MFD_CLOEXEC);
	if (copy < 0)
		return -errno;
	r = image_fill_copy(image, copy);
	if (r < 0)
		return r;
	image->copy = take_fd(&copy);
	return image->copy;
}

const struct image_elf *image_elf(const struct image *image)
{
	return &image->elf;
}

int64_t image_size(const struct image *image)
{
	return (int64_t)image->size;
}

int64_t image_changed_ns(const struct image *image)
{
	return image->id.changed_ns;
}

/* ---- all of them ---- */

struct image_cache *image_cache_new(void)
{
	return calloc(1, sizeof(struct image_cache));
}

void image_cache_free(struct image_cache *cache)
{
	struct image *image, *next;

	if (!cache)
		return;
	for (image = cache->images; image; image = next) {
		next = image->next;
		image_free(image);
	}
	free(cache);
}

bool image_is_served(struct image_cache *cache, uint64_t device, pid_t tid)
{
	return served_is(&cache->served, device, tid);
}

static void image_evict(struct image_cache *cache)
{
	struct image *image = cache->images;

	while (image && image->users)
		image = image->next;
	if (!image)
		return;
	DL_DELETE(cache->images, image);
	image_free(image);
	cache->unused--;
}

void image_put(struct image_cache *cache, struct image *image)
{
	if (!image || --image->users)
		return;
	if (++cache->unused > IMAGE_UNUSED_MAX)
		image_evict(cache);
}

/*
 * The file that is mapped, and no other that took its name. It is looked at
 * before it is opened: opening what is no file can do things.
 */
static int image_open(const struct image_key *key, struct stat *ret_status)
{
	_cleanup_fd_ int path = -1;
	_cleanup_free_ char *name = NULL;
	char link[32];
	int fd;

	if (asprintf(&name, "/proc/%d/root%s", key->tid, key->path) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	path = open(name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (path < 0 || fstat(path, ret_status) < 0)
		return -errno;
	if (!S_ISREG(ret_status->st_mode) || ret_status->st_ino != key->inode ||
	    makedev(major(key->device), minor(key->device)) !=
		ret_status->st_dev)
		return -ESTALE;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", path);
	fd = open(link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static struct image *image_find(struct image_cache *cache,
				const struct image_id *id)
{
	struct image *image = cache->images;

	while (image && (image->id.device != id->device ||
			 image->id.inode != id->inode ||
			 image->id.changed_ns != id->changed_ns))
		image = image->next;
	return image;
}

/* Takes the descriptor over where it succeeds. */
static struct image *image_add(struct image_cache *cache, int fd,
			       const struct image_id *id, uint64_t size)
{
	struct image *image = calloc(1, sizeof(*image));
	const struct image_source source = { .context = image,
					     .read = image_read_some };

	if (!image)
		return NULL;
	image->id = *id;
	image->size = size;
	image->copy = -1;
	image->blocks = calloc(image_block_count(image) + 1,
			       sizeof(image->blocks[0]));
	if (!image->blocks) {
		free(image);
		return NULL;
	}
	image->fd = fd;
	image->is_elf = image_parse(&image->elf, &source) == 0;
	DL_APPEND(cache->images, image);
	cache->unused++;
	return image;
}

/* Counts a user, where it is of any use. */
static struct image *image_use(struct image_cache *cache, struct image *image)
{
	if (!image || !image->is_elf)
		return NULL;
	if (image->users++ == 0)
		cache->unused--;
	return image;
}

struct image *image_get(struct image_cache *cache, const struct image_key *key)
{
	struct image_id id = { .device = key->device, .inode = key->inode };
	_cleanup_fd_ int fd = -1;
	struct stat status = { 0 };
	struct image *image;

	if (key->path[0] != '/')
		return NULL;
	fd = image_open(key, &status);
	if (fd < 0 || status.st_size <= 0 ||
	    (uint64_t)status.st_size > IMAGE_SIZE_MAX)
		return NULL;
	id.changed_ns = status.st_mtim.tv_sec * INT64_C(1000000000) +
			status.st_mtim.tv_nsec;
	image = image_find(cache, &id);
	if (image)
		return image_use(cache, image);
	if (cache->unused >= IMAGE_UNUSED_MAX)
		image_evict(cache);
	image = image_add(cache, fd, &id, (uint64_t)status.st_size);
	if (image)
		take_fd(&fd);
	return image_use(cache, image);
}
