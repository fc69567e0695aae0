/*
 * The table of Zstandard's seekable format, made from what stands in a file:
 * frames that frame_writer.c has made, by whatever recorder, and tables that
 * were at the end once.
 */
#ifndef TRACE_SEEK_TABLE_H
#define TRACE_SEEK_TABLE_H

#include <stddef.h>

#include <ktrace-u/format.h>

/*
 * Of the regular file that fd, open for reading, leads to, as it is now; its
 * content is not read. *ret_data is to be freed. 0; -EBADMSG where there is
 * something that cannot be told the length of; or -errno.
 */
int seek_table_make(int fd, void **ret_data, size_t *ret_length);

/* Visits what describes each frame of such a file, from its start, in order; as
 * above, but that 0 is for a file that is compressed alone. */
typedef void seek_table_visit(void *context, const struct ktr_frame *frame);
int seek_table_each(int fd, seek_table_visit *visit, void *context);

/* Makes it of the file that fd is open to write to, and puts it at its end. Who
 * else appends there makes one of its own behind us: the last one is of all. 0;
 * or -errno, and the file is as it was. */
int seek_table_append(int fd);

#endif
