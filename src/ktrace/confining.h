/* The rules of --confine-fd. */
#ifndef KTRACE_CONFINING_H
#define KTRACE_CONFINING_H

struct confine;
struct text;

/* Reads them from the descriptor, which is closed, and looks whether this
 * kernel can apply them. 0, or -errno with one line in *error. *ret is to be
 * given to confine_done() in any case. */
int confining_read(struct confine *ret, int fd, struct text *error);

#endif
