/* Files that ktrace-u --rotate has renamed: which one comes after which. */
#ifndef DUMP_ROTATED_H
#define DUMP_ROTATED_H

/*
 * Opens the file that was begun when the one that fd leads to had become large.
 * `file` is a name that one of them had: the last one's, or with a number
 * behind. A descriptor, or -ESTALE when there is no such file any more.
 */
int rotated_next(int fd, const char *file);

#endif
