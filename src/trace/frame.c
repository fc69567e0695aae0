/* Frames, as bytes; and what is in them, in a few words. */
#include "trace/frame.h"

#include <string.h>

#include "base/array.h"
#include "trace/record.h"

/* Little-endian: 0xfd2fb528, and 0x184d2a50 to 0x184d2a5f. */
static const uint8_t data_magic[FRAME_MAGIC_SIZE] = { 0x28, 0xb5, 0x2f, 0xfd };
static const uint8_t skip_magic[FRAME_MAGIC_SIZE] = { 0x50, 0x2a, 0x4d, 0x18 };

/* Structures of ours that say something that holds on. All others are about the
 * record beside them alone. */
static const char *const lasting[] = {
	KTR_STRUCT_SESSION,     KTR_STRUCT_PROCESS, KTR_STRUCT_EXIT_STATUS,
	KTR_STRUCT_COVERAGE,    KTR_STRUCT_CLOCK,   KTR_STRUCT_ABI,
	KTR_STRUCT_DESCRIPTORS, KTR_STRUCT_MAPPING, KTR_STRUCT_MESSAGE,
	KTR_STRUCT_END,
};
/* And those that are about the next record, which may be in another frame. */
static const char *const leading[] = {
	KTR_STRUCT_LABEL,
	KTR_STRUCT_SYSCALL_NUMBER,
};

bool frame_may_begin(const uint8_t *bytes, size_t length)
{
	if (length == 0)
		return true;
	if ((bytes[0] & 0xf0) == skip_magic[0])
		return memcmp(bytes + 1, skip_magic + 1, length - 1) == 0;
	return memcmp(bytes, data_magic, length) == 0;
}

struct names {
	const char *const *first;
	size_t count;
};

static bool is_one_of(unsigned kind, const char *payload, size_t length,
		      struct names names)
{
	if (kind != KTR_STRUCT || !memchr(payload, 0, length))
		return false;
	for (size_t i = 0; i < names.count; i++)
		if (!strcmp(payload, names.first[i]))
			return true;
	return false;
}

static bool is_state(const struct ktr_header *header, const char *payload,
		     bool is_last)
{
	static const struct names of_lasting = { lasting, ARRAY_LEN(lasting) };
	static const struct names of_leading = { leading, ARRAY_LEN(leading) };
	unsigned kind = header->ktr_type & KTR_KIND_MASK;
	uint32_t length = (uint32_t)header->ktr_len;

	return kind == KTR_PROCCTOR || kind == KTR_PROCDTOR ||
	       (header->ktr_type & KTR_DROP) ||
	       is_one_of(kind, payload, length, of_lasting) ||
	       (is_last && is_one_of(kind, payload, length, of_leading));
}

static void add_record(struct ktr_frame *frame, const struct ktr_header *header,
		       const char *payload, bool is_last)
{
	uint64_t time = (uint64_t)header->ktr_sec * 1000000000u +
			(uint64_t)header->ktr_nsec;

	frame->records++;
	frame->kinds |= KTRFAC(header->ktr_type & KTR_KIND_MASK);
	frame->earliest_ns = MIN(frame->earliest_ns, time);
	frame->latest_ns = MAX(frame->latest_ns, time);
	if (is_state(header, payload, is_last))
		frame->flags |= KTR_FRAME_STATE;
}

void frame_describe(struct ktr_frame *ret, const void *records, size_t length)
{
	const char *at = records;
	struct ktr_header header;

	*ret = (struct ktr_frame){
		.magic = KTR_FRAME_MAGIC,
		.length = sizeof(*ret) - 2 * sizeof(uint32_t),
		.content_size = (uint32_t)length,
		.earliest_ns = UINT64_MAX,
	};
	memcpy(ret->name, KTR_FRAME_NAME, sizeof(ret->name));
	for (size_t done = 0, next; length - done >= sizeof(header);
	     done = next) {
		memcpy(&header, at + done, sizeof(header));
		next = done + sizeof(header) + (uint32_t)header.ktr_len;
		add_record(ret, &header, at + done + sizeof(header),
			   next == length);
	}
}

bool frame_is_description(const struct ktr_frame *frame)
{
	return frame->magic == KTR_FRAME_MAGIC &&
	       frame->length == sizeof(*frame) - 2 * sizeof(uint32_t) &&
	       !memcmp(frame->name, KTR_FRAME_NAME, sizeof(frame->name));
}
