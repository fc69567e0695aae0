/* What goes together on the command line of kdump-u. */
#ifndef KDUMP_OPTIONS_CHECK_H
#define KDUMP_OPTIONS_CHECK_H

struct options;
struct text;

/* 0, or -EINVAL with one line in *error. */
int options_check(const struct options *options, struct text *error);

#endif
