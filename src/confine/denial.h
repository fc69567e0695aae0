/* Rules -> a filter of system calls. Private to the room. */
#ifndef CONFINE_DENIAL_H
#define CONFINE_DENIAL_H

struct confine;
struct filter;

/* 0 or -ENOMEM. filter_done() frees. The machine's ABIs are those of `native`;
 * others have no calls at all. */
int denial_compile(struct filter *ret, const struct confine *confine);

/* Compiles it and installs it for the calling thread. 0 or -errno. */
int denial_install(const struct confine *confine);

#endif
