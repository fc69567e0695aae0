/* What of a command line of ktrace-u cannot be. */
#ifndef KTRACE_OPTIONS_CHECK_H
#define KTRACE_OPTIONS_CHECK_H

struct ktrace_options;

/* What is wrong, in words; NULL: nothing. */
const char *ktrace_options_check(const struct ktrace_options *options);

#endif
