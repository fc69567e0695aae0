/*
 * Records made by hand. Only the header comes from the code under test; the
 * payloads are laid out here, with the structures of the format.
 */
#include <string.h>

#include "base/cleanup.h"
#include "support/sample.h"

void sample_done(struct sample *sample)
{
	text_done(&sample->bytes);
}

void sample_origin(struct sample *sample, int32_t pid, int32_t tid,
		   const char *comm)
{
	sample->origin.pid = pid;
	sample->origin.tid = tid;
	memset(sample->origin.comm, 0, sizeof(sample->origin.comm));
	strncpy(sample->origin.comm, comm, sizeof(sample->origin.comm) - 1);
}

void sample_record(struct sample *sample, unsigned kind, const void *payload,
		   size_t length)
{
	uint8_t header[sizeof(struct ktr_header)];

	record_put_header(header, &sample->origin, (enum ktr_kind)kind,
			  sample->after_drop, sample->time_ns, length);
	text_bytes(&sample->bytes, header, sizeof(header));
	text_bytes(&sample->bytes, payload, length);
	sample->time_ns += sample->step_ns;
	sample->after_drop = false;
}

void sample_process(struct sample *sample, uint32_t sv_flags)
{
	struct ktr_procctor fixed = { .sv_flags = sv_flags };

	sample_record(sample, KTR_PROCCTOR, &fixed, sizeof(fixed));
}

void sample_call(struct sample *sample, int16_t code, int narg,
		 const uint64_t *args)
{
	uint8_t payload[sizeof(struct ktr_syscall) + (size_t)KTR_NARG_MAX * 8];
	struct ktr_syscall fixed = { .code = code, .narg = (int16_t)narg };

	memcpy(payload, &fixed, sizeof(fixed));
	if (narg > 0)
		memcpy(payload + sizeof(fixed), args, (size_t)narg * 8);
	sample_record(sample, KTR_SYSCALL, payload,
		      sizeof(fixed) + (size_t)narg * 8);
}

void sample_result(struct sample *sample, int16_t code, int32_t error,
		   int64_t retval)
{
	struct ktr_sysret fixed = { .code = code,
				    .error = error,
				    .retval = retval };

	sample_record(sample, KTR_SYSRET, &fixed, sizeof(fixed));
}

void sample_data(struct sample *sample, int32_t fd, int32_t rw,
		 const void *data, size_t length)
{
	_cleanup_(text_done) struct text payload = TEXT_INIT;
	struct ktr_genio fixed = { .fd = fd, .rw = rw };

	text_bytes(&payload, &fixed, sizeof(fixed));
	text_bytes(&payload, data, length);
	sample_record(sample, KTR_GENIO, payload.data, payload.length);
}

void sample_signal(struct sample *sample, int32_t signo, uint64_t action,
		   int32_t code, uint64_t mask)
{
	struct ktr_psig fixed = { .signo = signo,
				  .action = action,
				  .code = code,
				  .mask = { (uint32_t)mask,
					    (uint32_t)(mask >> 32) } };

	sample_record(sample, KTR_PSIG, &fixed, sizeof(fixed));
}
