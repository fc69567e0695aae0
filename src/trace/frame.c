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

bool frame_may_begin(const uint8_t *bytes, size_t length)
{
	if (length == 0)
		return true;
	if ((bytes[0] & 0xf0) == skip_magic[0])
		return memcmp(bytes + 1, skip_magic + 1, length - 1) == 0;
	return memcmp(bytes, data_magic, length) == 0;
}

static bool is_lasting(unsigned kind, const char *payload, size_t length)
{
	if (kind == KTR_PROCCTOR || kind == KTR_PROCDTOR)
		return true;
	if (kind != KTR_STRUCT || !memchr(payload, 0, length))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(lasting); i++)
		if (!strcmp(payload, lasting[i]))
			return true;
	return false;
}

static void add_record(struct ktr_frame *frame, const struct ktr_header *header,
		       const char *payload)
{
	unsigned kind = header->ktr_type & KTR_KIND_MASK;
	uint64_t time = (uint64_t)header->ktr_sec * 1000000000u +
			(uint64_t)header->ktr_nsec;

	frame->records++;
	frame->kinds |= KTRFAC(kind);
	frame->earliest_ns = MIN(frame->earliest_ns, time);
	frame->latest_ns = MAX(frame->latest_ns, time);
	if (is_lasting(kind, payload, (uint32_t)header->ktr_len))
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
	for (size_t done = 0; length - done >= sizeof(header);
	     done += sizeof(header) + (uint32_t)header.ktr_len) {
		memcpy(&header, at + done, sizeof(header));
		add_record(ret, &header, at + done + sizeof(header));
	}
}

bool frame_is_description(const struct ktr_frame *frame)
{
	return frame->magic == KTR_FRAME_MAGIC &&
	       frame->length == sizeof(*frame) - 2 * sizeof(uint32_t) &&
	       !memcmp(frame->name, KTR_FRAME_NAME, sizeof(frame->name));
}
