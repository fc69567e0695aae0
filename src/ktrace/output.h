/*
 * Opening the trace as FreeBSD's ktrace(1) does it: the requester's rights,
 * the requester's file, and never through a symbolic link.
 */
#ifndef KTRACE_OUTPUT_H
#define KTRACE_OUTPUT_H

struct ktrace_options;
struct text;

struct output {
	int fd;     /* the caller's; not closed by output_done() */
	char *name; /* it is to replace; NULL: it has its name already */
	char *made; /* its name until then */
};

/* A descriptor, or -errno with one line in *error. A file of that name is
 * replaced at once. */
int output_open(const struct ktrace_options *options, struct text *error);

/* Where the file is, whatever directory we are in later: to be freed. NULL,
 * with one line in *error. */
char *output_path(const struct ktrace_options *options, struct text *error);

/*
 * The same where it is not known yet whether there will be anything to record:
 * a file of that name stays until output_publish(). 0 or -errno; in either case
 * output_done() is called.
 */
int output_prepare(struct output *ret, const struct ktrace_options *options,
		   struct text *error);
int output_publish(struct output *output, struct text *error);
/* What was not published leaves no trace. */
void output_done(struct output *output);

#endif
