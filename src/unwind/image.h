/*
 * ELF files as unwinding needs them: headers, build id, the table of unwind
 * info, and bytes on demand. A file that several processes have mapped is read
 * once. It is never mapped: whoever truncates one must not hurt its reader.
 */
#ifndef UNWIND_IMAGE_H
#define UNWIND_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define IMAGE_LOADS_MAX    16
#define IMAGE_BUILD_ID_MAX 64

struct image_load {
	uint64_t offset;
	uint64_t address; /* of the file: without the bias */
	uint64_t length;  /* in the file */
	bool is_executable;
};

struct image_elf {
	bool is_narrow; /* ELFCLASS32 */
	unsigned load_count;
	struct image_load loads[IMAGE_LOADS_MAX];
	/* .eh_frame_hdr; table_count 0: there is none, or none to search in */
	uint64_t header_address;
	uint64_t table_address;
	uint64_t table_count;
	uint8_t build_id[IMAGE_BUILD_ID_MAX];
	size_t build_id_length;
};

/* Where an image's bytes come from: a file, or memory that was made of one. */
struct image_source {
	void *context;
	size_t (*read)(void *context, uint64_t position, void *to,
		       size_t length);
	bool is_memory; /* position counts from where offset 0 is mapped */
};

/* 0; -ENOEXEC: no ELF file of this machine, or a damaged one. */
int image_parse(struct image_elf *ret, const struct image_source *source);

/* What to take from an address in a map to get one of the file; the map shows
 * the file from offset on. False where the file has nothing there. */
bool image_bias(const struct image_elf *elf, uint64_t start, uint64_t offset,
		bool is_executable, uint64_t *ret);

struct image;
struct image_cache;

/* NULL: out of memory. */
struct image_cache *image_cache_new(void);
void image_cache_free(struct image_cache *cache); /* NULL is fine */

/* Whether to read files of a device may never end; see served.h. */
bool image_is_served(struct image_cache *cache, uint64_t device, pid_t tid);

/* Which file; as maps have it. */
struct image_key {
	uint64_t device;
	uint64_t inode;
	pid_t tid;        /* in whose root */
	const char *path; /* it is */
};

/*
 * The file, with one more user: NULL where it is not there any more (but
 * another of its name perhaps), cannot be read, or is no ELF file. What is
 * mapped of it is then to be read from memory.
 */
struct image *image_get(struct image_cache *cache, const struct image_key *key);
void image_put(struct image_cache *cache, struct image *image);

const struct image_elf *image_elf(const struct image *image);
int64_t image_size(const struct image *image);
int64_t image_changed_ns(const struct image *image);

/* Copies bytes of the file; false where they are not all there. */
bool image_read(struct image *image, uint64_t offset, void *to, size_t length);

/* A copy of the file in memory, as a descriptor of the image's own; -errno. */
int image_copy(struct image *image);

#endif
