/*
 * The traces under tests/golden, as the code that made them. The files stay as
 * they are; what is built here must equal them byte for byte, so that a change
 * of the format cannot pass unseen.
 */
#ifndef SUPPORT_GOLDEN_H
#define SUPPORT_GOLDEN_H

struct sample;

struct golden {
	const char *name; /* of the file, without ".ktr" */
	void (*build)(struct sample *sample);
};

/* In golden_job.c: a job, the same once more with differences, and one that has
 * secrets. */
void golden_job_first(struct sample *sample);
void golden_job_second(struct sample *sample);
void golden_job_secrets(struct sample *sample);

/* The tables end with a row of zeros. */
extern const struct golden golden_good[];
extern const struct golden golden_broken[];

#endif
