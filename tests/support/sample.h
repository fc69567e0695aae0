/*
 * Traces made by hand, for tests of what reads them: records appended one after
 * the other to a buffer, each a little later than the one before.
 */
#ifndef SUPPORT_SAMPLE_H
#define SUPPORT_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "trace/record.h"

struct sample {
	struct text bytes;
	struct record_origin origin; /* of the next record, as is all below */
	uint64_t time_ns;
	uint64_t step_ns; /* added after each */
	bool after_drop;  /* once */
};

/* Pid and tid 4242, "echo", CPU 3, 1700000000.125456789 s, steps of 1.5 us. */
#define SAMPLE_INIT                                                            \
	{                                                                      \
		.origin = { .pid = 4242,                                       \
			    .tid = 4242,                                       \
			    .cpu = 3,                                          \
			    .comm = "echo" },                                  \
		.time_ns = UINT64_C(1700000000125456789), .step_ns = 1500      \
	}

void sample_done(struct sample *sample);

/* Whose the next records are. */
void sample_origin(struct sample *sample, int32_t pid, int32_t tid,
		   const char *comm);

void sample_record(struct sample *sample, unsigned kind, const void *payload,
		   size_t length);

/* A payload that is a string literal, without the NUL behind it. */
#define sample_literal(sample, kind, literal)                                  \
	sample_record(sample, kind, literal, sizeof(literal) - 1)

/* A structure of ours: "name\0field:1\0field=x"; the last NUL is added. */
#define sample_fields(sample, literal)                                         \
	sample_record(sample, KTR_STRUCT, literal, sizeof(literal))

/* The start of a process: 0x203 is Linux, 64 bits; 0x103 32 bits. */
void sample_process(struct sample *sample, uint32_t sv_flags);

void sample_call(struct sample *sample, int16_t code, int narg,
		 const uint64_t *args);
void sample_result(struct sample *sample, int16_t code, int32_t error,
		   int64_t retval);
void sample_data(struct sample *sample, int32_t fd, int32_t rw,
		 const void *data, size_t length);
void sample_signal(struct sample *sample, int32_t signo, uint64_t action,
		   int32_t code, uint64_t mask);

#endif
