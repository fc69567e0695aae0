/*
 * The broken traces: a good record, a fault, and a good record behind it that
 * must not be believed any more. One trace for each way to be broken.
 */
#include <string.h>

#include "base/text.h"
#include "support/golden.h"
#include "support/sample.h"

/* The bytes of the record that begins at an offset, to be spoilt. */
static struct ktr_header golden_header(const struct sample *sample, size_t at)
{
	struct ktr_header header;

	memcpy(&header, sample->bytes.data + at, sizeof(header));
	return header;
}

static void golden_spoil(struct sample *sample, size_t at,
			 const struct ktr_header *header)
{
	memcpy(sample->bytes.data + at, header, sizeof(*header));
}

static void golden_line(struct sample *sample)
{
	sample_literal(sample, KTR_NAMEI, "/etc/passwd");
}

/* Two good records; returns the offset of the second. */
static size_t golden_two(struct sample *sample)
{
	size_t at;

	golden_line(sample);
	at = sample->bytes.length;
	golden_line(sample);
	return at;
}

static void golden_cut(struct sample *sample, size_t length)
{
	sample->bytes.length = golden_two(sample) + length;
}

static void golden_cut_header(struct sample *sample)
{
	golden_cut(sample, 63);
}

static void golden_cut_payload(struct sample *sample)
{
	golden_cut(sample, sizeof(struct ktr_header) + 3);
}

static void golden_length(struct sample *sample, int32_t length)
{
	size_t at = golden_two(sample);
	struct ktr_header header = golden_header(sample, at);

	header.ktr_len = length;
	golden_spoil(sample, at, &header);
	golden_line(sample);
}

static void golden_length_negative(struct sample *sample)
{
	golden_length(sample, -1);
}

static void golden_length_huge(struct sample *sample)
{
	golden_length(sample, RECORD_LENGTH_MAX + 1);
}

static void golden_length_beyond(struct sample *sample)
{
	golden_length(sample, RECORD_LENGTH_MAX);
}

static void golden_type(struct sample *sample, uint16_t type, int16_t version)
{
	size_t at = golden_two(sample);
	struct ktr_header header = golden_header(sample, at);

	header.ktr_type = type;
	header.ktr_version = version;
	golden_spoil(sample, at, &header);
	golden_line(sample);
}

static void golden_version_none(struct sample *sample)
{
	golden_type(sample, KTR_NAMEI, 0);
}

static void golden_version_2(struct sample *sample)
{
	golden_type(sample, KTR_NAMEI | KTR_VERSIONED, 2);
}

static void golden_kind_0(struct sample *sample)
{
	golden_type(sample, KTR_VERSIONED, KTR_VERSION1);
}

static void golden_time(struct sample *sample, int64_t sec, int64_t nsec)
{
	size_t at = golden_two(sample);
	struct ktr_header header = golden_header(sample, at);

	header.ktr_sec = sec;
	header.ktr_nsec = nsec;
	golden_spoil(sample, at, &header);
	golden_line(sample);
}

static void golden_time_nsec(struct sample *sample)
{
	golden_time(sample, 1700000000, 1000000000);
}

static void golden_time_negative(struct sample *sample)
{
	golden_time(sample, -1, 0);
}

/* A record of some kind with so many bytes of zeros. */
static void golden_payload(struct sample *sample, unsigned kind, size_t length)
{
	static const uint8_t zeros[64];

	golden_line(sample);
	sample_record(sample, kind, zeros, length);
	golden_line(sample);
}

static void golden_short_syscall(struct sample *sample)
{
	golden_payload(sample, KTR_SYSCALL, 7);
}

static void golden_long_syscall(struct sample *sample)
{
	golden_payload(sample, KTR_SYSCALL, 16); /* and says: no arguments */
}

static void golden_short_sysret(struct sample *sample)
{
	golden_payload(sample, KTR_SYSRET, 15);
}

static void golden_short_genio(struct sample *sample)
{
	golden_payload(sample, KTR_GENIO, 4);
}

static void golden_odd_csw(struct sample *sample)
{
	golden_payload(sample, KTR_CSW, 12);
}

static void golden_no_name(struct sample *sample)
{
	golden_payload(sample, KTR_STRUCT, 0);
}

static void golden_empty_name(struct sample *sample)
{
	golden_payload(sample, KTR_STRUCT, 4);
}

static void golden_bad_name(struct sample *sample)
{
	golden_line(sample);
	sample_literal(sample, KTR_STRUCT, "st\33at\0");
	golden_line(sample);
}

static void golden_endless_name(struct sample *sample)
{
	golden_line(sample);
	sample_literal(sample, KTR_STRUCT, "stat");
	golden_line(sample);
}

static void golden_array_size(struct sample *sample)
{
	golden_line(sample);
	sample_literal(sample, KTR_STRUCT_ARRAY,
		       "\10\0\0\0\0\0\0\0x\0"
		       "1234567");
	golden_line(sample);
}

static void golden_garbage(struct sample *sample)
{
	for (int i = 0; i < 8; i++)
		text_put(&sample->bytes, "this is no trace at all. ");
}

const struct golden golden_broken[] = {
	{ "cut_header", golden_cut_header },
	{ "cut_payload", golden_cut_payload },
	{ "length_negative", golden_length_negative },
	{ "length_huge", golden_length_huge },
	{ "length_beyond", golden_length_beyond },
	{ "version_none", golden_version_none },
	{ "version_2", golden_version_2 },
	{ "kind_0", golden_kind_0 },
	{ "time_nsec", golden_time_nsec },
	{ "time_negative", golden_time_negative },
	{ "short_syscall", golden_short_syscall },
	{ "long_syscall", golden_long_syscall },
	{ "short_sysret", golden_short_sysret },
	{ "short_genio", golden_short_genio },
	{ "odd_csw", golden_odd_csw },
	{ "no_name", golden_no_name },
	{ "empty_name", golden_empty_name },
	{ "bad_name", golden_bad_name },
	{ "endless_name", golden_endless_name },
	{ "array_size", golden_array_size },
	{ "garbage", golden_garbage },
	{ NULL, NULL },
};
