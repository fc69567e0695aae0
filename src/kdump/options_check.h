/* What goes together on the command line of kdump-u. */
#ifndef KDUMP_OPTIONS_CHECK_H
#define KDUMP_OPTIONS_CHECK_H

struct kdump_options;
struct text;

/* 0, or -EINVAL with one line in *error. */
int kdump_options_check(const struct kdump_options *options,
			struct text *error);

#endif
