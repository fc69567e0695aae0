/*
 * The choice among the records of a file: -p and -t. It looks at headers alone,
 * and remembers nothing.
 */
#include "dump/select.h"
#include "dump/job.h"
#include "trace/record.h"

bool select_origin(const struct job *job, const struct record *record)
{
	return job->id == 0 || record->pid == job->id || record->tid == job->id;
}

bool select_kind(const struct job *job, const struct record *record)
{
	/* A kind that no letter stands for is never one that was asked for. */
	if (job->has_facilities)
		return record->kind <= KTR_KIND_MAX &&
		       (job->facilities & KTRFAC(record->kind));
	return true;
}
