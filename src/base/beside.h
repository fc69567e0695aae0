/* Programs of ours find each other. */
#ifndef BASE_BESIDE_H
#define BASE_BESIDE_H

#include <limits.h>

/*
 * The program of that name that lies beside the one that runs and can be
 * executed; else the name alone, for execvp(3) to find by PATH.
 */
void beside_find(char ret[PATH_MAX], const char *name);

#endif
