/*
 * One record and its bytes, in both directions. Lengths are checked against
 * the payload before anything is looked at; no I/O, no memory of its own.
 */
#include <string.h>

#include "base/array.h"
#include "trace/record.h"

#define RECORD_SECOND UINT64_C(1000000000)

_Static_assert(RECORD_COMM_SIZE > KTR_COMM_SIZE, "a NUL behind it");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "a trace is little-endian, and the host must be so too");

void record_put_header(void *to, const struct record_origin *origin,
		       enum ktr_kind kind, bool after_drop, uint64_t time_ns,
		       size_t length)
{
	struct ktr_header header = {
		.ktr_len = (int32_t)length,
		.ktr_type = (uint16_t)(kind | KTR_VERSIONED |
				       (after_drop ? KTR_DROP : 0)),
		.ktr_version = KTR_VERSION1,
		.ktr_pid = origin->pid,
		.ktr_sec = (int64_t)(time_ns / RECORD_SECOND),
		.ktr_nsec = (int64_t)(time_ns % RECORD_SECOND),
		.ktr_tid = origin->tid,
		.ktr_cpu = origin->cpu,
	};

	memcpy(header.ktr_comm, origin->comm, KTR_COMM_SIZE - 1);
	memcpy(to, &header, sizeof(header));
}

static const char *const record_fault_texts[RECORD_FAULT_COUNT] = {
	[RECORD_OK] = "nothing is wrong",
	[RECORD_TRUNCATED] = "the file ends inside a record",
	[RECORD_LENGTH] = "a record claims an impossible length",
	[RECORD_VERSION] = "this is no version 1 record header",
	[RECORD_KIND] = "a record has an impossible kind",
	[RECORD_TIME] = "a record has an impossible time",
	[RECORD_PAYLOAD] = "a record's length does not fit its kind",
	[RECORD_NAME] = "a structure has no usable name",
	[RECORD_FRAME] = "a compressed frame is damaged",
	[RECORD_WINDOW] = "a compressed frame asks for too much memory",
};

const char *record_fault_text(enum record_fault fault)
{
	if ((unsigned)fault >= RECORD_FAULT_COUNT)
		return "unknown fault";
	return record_fault_texts[fault];
}

static bool record_has_time(const struct ktr_header *header)
{
	/* The last second would not fit 64 bits of nanoseconds whole. */
	return header->ktr_sec >= 0 &&
	       (uint64_t)header->ktr_sec < UINT64_MAX / RECORD_SECOND &&
	       header->ktr_nsec >= 0 &&
	       (uint64_t)header->ktr_nsec < RECORD_SECOND;
}

static enum record_fault record_check_header(const struct ktr_header *header)
{
	/* The version comes first: without it nothing else means anything. */
	if (!(header->ktr_type & KTR_VERSIONED) ||
	    header->ktr_version != KTR_VERSION1)
		return RECORD_VERSION;
	if ((header->ktr_type & KTR_KIND_MASK) == 0)
		return RECORD_KIND;
	if (header->ktr_len < 0 ||
	    (uint32_t)header->ktr_len > RECORD_LENGTH_MAX)
		return RECORD_LENGTH;
	if (!record_has_time(header))
		return RECORD_TIME;
	return RECORD_OK;
}

enum record_fault record_decode_header(const void *header, struct record *ret)
{
	struct ktr_header fixed;
	enum record_fault fault;

	memcpy(&fixed, header, sizeof(fixed));
	fault = record_check_header(&fixed);
	if (fault)
		return fault;
	ret->kind = fixed.ktr_type & KTR_KIND_MASK;
	ret->system = RECORD_LINUX;
	ret->word = 0;
	ret->after_drop = fixed.ktr_type & KTR_DROP;
	ret->pid = fixed.ktr_pid;
	ret->tid = fixed.ktr_tid;
	ret->cpu = fixed.ktr_cpu;
	memcpy(ret->comm, fixed.ktr_comm, KTR_COMM_SIZE);
	ret->comm[KTR_COMM_SIZE] = 0;
	ret->time_ns = (uint64_t)fixed.ktr_sec * RECORD_SECOND +
		       (uint64_t)fixed.ktr_nsec;
	ret->length = (size_t)fixed.ktr_len;
	return RECORD_OK;
}

/* The payload's fixed part, whose presence the length check has shown. */
#define RECORD_FIXED(record, type)                                             \
	({                                                                     \
		type fixed_;                                                   \
		memcpy(&fixed_, (record)->payload, sizeof(fixed_));            \
		fixed_;                                                        \
	})

static enum record_fault record_syscall(struct record *record)
{
	struct ktr_syscall fixed = RECORD_FIXED(record, struct ktr_syscall);
	size_t arguments = record->length - sizeof(fixed);

	if (fixed.narg < 0 || arguments != (size_t)fixed.narg * 8)
		return RECORD_PAYLOAD;
	record->syscall.code = fixed.code;
	record->syscall.narg = (unsigned)fixed.narg;
	record->syscall.args = record->payload + sizeof(fixed);
	return RECORD_OK;
}

static enum record_fault record_sysret(struct record *record)
{
	struct ktr_sysret fixed = RECORD_FIXED(record, struct ktr_sysret);

	record->sysret.code = fixed.code;
	record->sysret.error = fixed.error;
	record->sysret.retval = fixed.retval;
	record->sysret.second = 0;
	return RECORD_OK;
}

static enum record_fault record_genio(struct record *record)
{
	struct ktr_genio fixed = RECORD_FIXED(record, struct ktr_genio);

	record->genio.fd = fixed.fd;
	record->genio.rw = fixed.rw;
	record->genio.data = record->payload + sizeof(fixed);
	record->genio.length = record->length - sizeof(fixed);
	return RECORD_OK;
}

static enum record_fault record_psig(struct record *record)
{
	struct ktr_psig fixed = RECORD_FIXED(record, struct ktr_psig);

	record->psig.signo = fixed.signo;
	record->psig.code = fixed.code;
	record->psig.action = fixed.action;
	record->psig.mask = fixed.mask[0] | (uint64_t)fixed.mask[1] << 32;
	return RECORD_OK;
}

static enum record_fault record_csw(struct record *record)
{
	static const size_t old = offsetof(struct ktr_csw, wmesg);
	struct ktr_csw fixed = { 0 };

	if (record->length != old && record->length != sizeof(fixed))
		return RECORD_PAYLOAD;
	memcpy(&fixed, record->payload, record->length);
	record->csw.out = fixed.out != 0;
	record->csw.user = fixed.user != 0;
	record->csw.wmesg = NULL;
	record->csw.wmesg_length = 0;
	if (record->length > old) {
		record->csw.wmesg = (const char *)record->payload + old;
		record->csw.wmesg_length = strnlen(record->csw.wmesg,
						   sizeof(fixed.wmesg));
	}
	return RECORD_OK;
}

static bool record_is_name(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((name[i] < 'a' || name[i] > 'z') &&
		    (name[i] < 'A' || name[i] > 'Z') &&
		    (name[i] < '0' || name[i] > '9') && name[i] != '_')
			return false;
	}
	return length > 0;
}

/* The name that begins after `fixed` bytes, and the data behind it. */
static enum record_fault record_named(struct record *record, size_t fixed)
{
	const char *name = (const char *)record->payload + fixed;
	size_t left = record->length - fixed;
	size_t length = strnlen(name, left);

	if (length == left || !record_is_name(name, length))
		return RECORD_NAME;
	record->structure.name = name;
	record->structure.data = (const uint8_t *)name + length + 1;
	record->structure.length = left - length - 1;
	record->structure.size = 0;
	return RECORD_OK;
}

static enum record_fault record_struct(struct record *record)
{
	return record_named(record, 0);
}

static enum record_fault record_struct_array(struct record *record)
{
	uint64_t size = RECORD_FIXED(record, uint64_t);
	enum record_fault fault = record_named(record, sizeof(size));

	if (fault)
		return fault;
	if (size == 0 || record->structure.length % size != 0)
		return RECORD_PAYLOAD;
	record->structure.size = size;
	return RECORD_OK;
}

static enum record_fault record_procctor(struct record *record)
{
	struct ktr_procctor fixed = RECORD_FIXED(record, struct ktr_procctor);

	record->procctor.sv_flags = fixed.sv_flags;
	return RECORD_OK;
}

static enum record_fault record_capfail(struct record *record)
{
	record->capfail.type = RECORD_FIXED(record, int32_t);
	return RECORD_OK;
}

static enum record_fault record_page_fault(struct record *record)
{
	struct ktr_fault fixed = RECORD_FIXED(record, struct ktr_fault);

	record->fault.address = fixed.vaddr;
	record->fault.type = fixed.type;
	return RECORD_OK;
}

static enum record_fault record_page_fault_end(struct record *record)
{
	struct ktr_faultend fixed = RECORD_FIXED(record, struct ktr_faultend);

	record->faultend.result = fixed.result;
	return RECORD_OK;
}

static enum record_fault record_raw(struct record *record)
{
	record->raw.data = record->payload;
	record->raw.length = record->length;
	return RECORD_OK;
}

/* How long a payload may be, and who takes it apart. */
struct record_row {
	size_t shortest;
	size_t longest;
	enum record_fault (*decode)(struct record *record);
};

/* clang-format off */
static const struct record_row record_rows[] = {
	/* Kinds that we do not know use row 0. */
	[0]                = { 0, RECORD_LENGTH_MAX, record_raw },
	[KTR_SYSCALL]      = { sizeof(struct ktr_syscall), RECORD_LENGTH_MAX,
			       record_syscall },
	[KTR_SYSRET]       = { sizeof(struct ktr_sysret),
			       sizeof(struct ktr_sysret), record_sysret },
	[KTR_NAMEI]        = { 0, RECORD_LENGTH_MAX, record_raw },
	[KTR_GENIO]        = { sizeof(struct ktr_genio), RECORD_LENGTH_MAX,
			       record_genio },
	[KTR_PSIG]         = { sizeof(struct ktr_psig),
			       sizeof(struct ktr_psig), record_psig },
	[KTR_CSW]          = { offsetof(struct ktr_csw, wmesg),
			       sizeof(struct ktr_csw), record_csw },
	[KTR_USER]         = { 0, KTR_USER_MAX, record_raw },
	[KTR_STRUCT]       = { 0, RECORD_LENGTH_MAX, record_struct },
	[KTR_SYSCTL]       = { 0, RECORD_LENGTH_MAX, record_raw },
	[KTR_PROCCTOR]     = { sizeof(struct ktr_procctor),
			       sizeof(struct ktr_procctor), record_procctor },
	[KTR_PROCDTOR]     = { 0, 0, record_raw },
	/* FreeBSD's newer form is longer; its type stands in the same place. */
	[KTR_CAPFAIL]      = { sizeof(struct ktr_capfail), RECORD_LENGTH_MAX,
			       record_capfail },
	[KTR_FAULT]        = { sizeof(struct ktr_fault),
			       sizeof(struct ktr_fault), record_page_fault },
	[KTR_FAULTEND]     = { sizeof(struct ktr_faultend),
			       sizeof(struct ktr_faultend),
			       record_page_fault_end },
	[KTR_STRUCT_ARRAY] = { sizeof(uint64_t), RECORD_LENGTH_MAX,
			       record_struct_array },
	[KTR_ARGS]         = { 0, RECORD_LENGTH_MAX, record_raw },
	[KTR_ENVS]         = { 0, RECORD_LENGTH_MAX, record_raw },
};
/* clang-format on */

_Static_assert(ARRAY_LEN(record_rows) == KTR_KIND_MAX + 1,
	       "a row for each kind");

enum record_fault record_decode_payload(struct record *record,
					const uint8_t *payload)
{
	const struct record_row *row =
	    &record_rows[record->kind <= KTR_KIND_MAX ? record->kind : 0];

	if (record->length < row->shortest || record->length > row->longest)
		return RECORD_PAYLOAD;
	record->payload = payload;
	return row->decode(record);
}

uint64_t record_arg(const struct record *record, unsigned index)
{
	uint64_t value;

	memcpy(&value, record->syscall.args + (size_t)index * sizeof(value),
	       sizeof(value));
	return value;
}

bool record_is_struct(const struct record *record, const char *name)
{
	return record->kind == KTR_STRUCT &&
	       !strcmp(record->structure.name, name);
}
