/*
 * The headers of an ELF file. What they say is checked before it is used.
 */
#include "unwind/image.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#define HEADERS_MAX 64
#define NOTES_MAX   4096u

/* Encodings of .eh_frame_hdr (LSB, Core, 10.6). */
#define ENCODING_OMIT   0xff
#define ENCODING_UDATA4 0x03
#define ENCODING_SDATA4 0x0b
#define ENCODING_UDATA8 0x04
#define ENCODING_SDATA8 0x0c
#define ENCODING_FORMAT 0x0f
#define ENCODING_TABLE  0x3b /* relative to the header, sdata4 */

/* A program header of either class. */
struct header {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t address;
	uint64_t file_size;
};

struct headers {
	const struct image_source *source;
	struct image_elf *elf;
	uint64_t at;
	unsigned count;
	unsigned size; /* of one */
};

static bool take(const struct image_source *source, uint64_t position, void *to,
		 size_t length)
{
	return source->read(source->context, position, to, length) == length;
}

/* Where an address of the file is, for the source. */
static bool position_of(const struct headers *headers, uint64_t address,
			uint64_t *ret)
{
	const struct image_elf *elf = headers->elf;

	for (unsigned i = 0; i < elf->load_count; i++) {
		const struct image_load *load = &elf->loads[i];
		const struct image_load *first = &elf->loads[0];

		if (address - load->address >= load->length)
			continue;
		*ret = headers->source->is_memory
			   ? address - first->address + first->offset
			   : address - load->address + load->offset;
		return true;
	}
	return false;
}

static bool take_header(const struct headers *headers, unsigned index,
			struct header *ret)
{
	uint64_t at = headers->at + (uint64_t)index * headers->size;
	Elf32_Phdr narrow;
	Elf64_Phdr wide;

	if (headers->elf->is_narrow) {
		if (!take(headers->source, at, &narrow, sizeof(narrow)))
			return false;
		*ret = (struct header){ narrow.p_type, narrow.p_flags,
					narrow.p_offset, narrow.p_vaddr,
					narrow.p_filesz };
		return true;
	}
	if (!take(headers->source, at, &wide, sizeof(wide)))
		return false;
	*ret = (struct header){ wide.p_type, wide.p_flags, wide.p_offset,
				wide.p_vaddr, wide.p_filesz };
	return true;
}

static void add_load(struct image_elf *elf, const struct header *header)
{
	if (elf->load_count == IMAGE_LOADS_MAX)
		return;
	elf->loads[elf->load_count++] = (struct image_load){
		.offset = header->offset,
		.address = header->address,
		.length = header->file_size,
		.is_executable = header->flags & PF_X,
	};
}

static size_t aligned(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

static void find_build_id(struct image_elf *elf, const uint8_t *notes,
			  size_t length)
{
	Elf64_Nhdr note; /* the same in both classes */
	size_t at = 0;

	while (length - at >= sizeof(note)) {
		size_t name, data;

		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		name = at;
		if (note.n_namesz > NOTES_MAX || note.n_descsz > NOTES_MAX)
			return;
		data = name + aligned(note.n_namesz);
		if (data > length || aligned(note.n_descsz) > length - data)
			return;
		at = data + aligned(note.n_descsz);
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
		    memcmp(notes + name, "GNU", 4) != 0 ||
		    note.n_descsz > sizeof(elf->build_id))
			continue;
		memcpy(elf->build_id, notes + data, note.n_descsz);
		elf->build_id_length = note.n_descsz;
		return;
	}
}

static void take_notes(const struct headers *headers,
		       const struct header *header)
{
	uint8_t notes[NOTES_MAX];
	size_t length = header->file_size < sizeof(notes)
			    ? (size_t)header->file_size
			    : sizeof(notes);
	uint64_t at;

	if (headers->elf->build_id_length)
		return;
	if (position_of(headers, header->address, &at) &&
	    take(headers->source, at, notes, length))
		find_build_id(headers->elf, notes, length);
}

static unsigned encoded_size(uint8_t encoding)
{
	switch (encoding & ENCODING_FORMAT) {
	case ENCODING_UDATA4:
	case ENCODING_SDATA4:
		return 4;
	case ENCODING_UDATA8:
	case ENCODING_SDATA8:
		return 8;
	default:
		return 0;
	}
}

/* Version, three encodings, where .eh_frame is, how many entries, the table. */
static void take_table(const struct headers *headers,
		       const struct header *header)
{
	uint8_t start[4];
	uint64_t at, count = 0;
	unsigned pointer, number;

	if (!position_of(headers, header->address, &at) ||
	    !take(headers->source, at, start, sizeof(start)) || start[0] != 1 ||
	    start[2] == ENCODING_OMIT || start[3] != ENCODING_TABLE)
		return;
	pointer = encoded_size(start[1]);
	number = encoded_size(start[2]);
	if (!pointer || !number ||
	    !take(headers->source, at + sizeof(start) + pointer, &count,
		  number))
		return;
	headers->elf->header_address = header->address;
	headers->elf->table_address = header->address + sizeof(start) +
				      pointer + number;
	headers->elf->table_count = count;
}

/* Loads first: the others are found through them. */
static int take_headers(const struct headers *headers)
{
	struct header header;

	for (unsigned i = 0; i < headers->count; i++) {
		if (!take_header(headers, i, &header))
			return -ENOEXEC;
		if (header.type == PT_LOAD)
			add_load(headers->elf, &header);
	}
	for (unsigned i = 0; i < headers->count; i++) {
		if (!take_header(headers, i, &header))
			return -ENOEXEC;
		if (header.type == PT_NOTE)
			take_notes(headers, &header);
		else if (header.type == PT_GNU_EH_FRAME)
			take_table(headers, &header);
	}
	return headers->elf->load_count ? 0 : -ENOEXEC;
}

static int start_headers(struct headers *headers)
{
	unsigned char ident[EI_NIDENT];
	Elf32_Ehdr narrow;
	Elf64_Ehdr wide;

	if (!take(headers->source, 0, ident, sizeof(ident)) ||
	    memcmp(ident, ELFMAG, SELFMAG) != 0 ||
	    ident[EI_DATA] != ELFDATA2LSB)
		return -ENOEXEC;
	headers->elf->is_narrow = ident[EI_CLASS] == ELFCLASS32;
	if (headers->elf->is_narrow) {
		if (!take(headers->source, 0, &narrow, sizeof(narrow)))
			return -ENOEXEC;
		headers->at = narrow.e_phoff;
		headers->count = narrow.e_phnum;
		headers->size = narrow.e_phentsize;
		return headers->size == sizeof(Elf32_Phdr) ? 0 : -ENOEXEC;
	}
	if (!take(headers->source, 0, &wide, sizeof(wide)))
		return -ENOEXEC;
	headers->at = wide.e_phoff;
	headers->count = wide.e_phnum;
	headers->size = wide.e_phentsize;
	return headers->size == sizeof(Elf64_Phdr) ? 0 : -ENOEXEC;
}

int image_parse(struct image_elf *ret, const struct image_source *source)
{
	struct image_elf elf = { 0 };
	struct headers headers = { .source = source, .elf = &elf };
	int r = start_headers(&headers);

	if (!r && headers.count > HEADERS_MAX)
		r = -ENOEXEC;
	if (!r)
		r = take_headers(&headers);
	if (!r)
		*ret = elf;
	return r;
}

bool image_bias(const struct image_elf *elf, uint64_t start, uint64_t offset,
		bool is_executable, uint64_t *ret)
{
	const struct image_load *found = NULL;
	const uint64_t page = 4095;

	for (unsigned i = 0; i < elf->load_count; i++) {
		const struct image_load *load = &elf->loads[i];
		bool has = (load->offset & ~page) <= offset &&
			   offset < load->offset + load->length;

		if (has && (!found || load->is_executable == is_executable))
			found = load;
	}
	if (!found)
		return false;
	*ret = start - offset + found->offset - found->address;
	return true;
}
