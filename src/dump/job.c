/*
 * What programs that show traces have in common on their command lines.
 */
#include "dump/job.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "query/query.h"

/* It is looked at now, so that what is wrong is said before anything is. */
int job_take_where(struct job *job, const char *value, struct text *error)
{
	_cleanup_(text_done) struct text problem = TEXT_INIT;
	int r;

	if (job->where) {
		text_put(error, "-w twice: join the two by and");
		return -EINVAL;
	}
	job->where = value;
	r = query_check(value, &problem);
	if (r < 0)
		text_format(error, "-w: %s", text_string(&problem));
	return r;
}
