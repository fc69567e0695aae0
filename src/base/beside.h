/* Programs of ours find and start each other. */
#ifndef BASE_BESIDE_H
#define BASE_BESIDE_H

#include <limits.h>
#include <sys/types.h>

/*
 * The program of that name that lies beside the one that runs and can be
 * executed; else the name alone, for execvp(3) to find by PATH.
 */
void beside_find(char ret[PATH_MAX], const char *name);

/*
 * fork(2) where the parent ignores signals, a list that ends with 0, from
 * before there is a child on. The child has them as they were. -errno.
 */
#define BESIDE_SIGNALS_MAX 4
pid_t beside_fork(const int *ignored);

#endif
