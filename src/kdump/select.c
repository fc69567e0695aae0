/*
 * The choice among the records of a file: -p and -t. It looks at headers alone,
 * and remembers nothing.
 */
#include "kdump/select.h"
#include "kdump/options.h"
#include "trace/record.h"

bool select_origin(const struct options *options, const struct record *record)
{
	return options->id == 0 || record->pid == options->id ||
	       record->tid == options->id;
}

bool select_kind(const struct options *options, const struct record *record)
{
	/* A kind that no letter stands for is never one that was asked for. */
	if (options->has_facilities)
		return record->kind <= KTR_KIND_MAX &&
		       (options->facilities & KTRFAC(record->kind));
	return true;
}
