/*
 * What something is done to -> the one form in which facts and policies name
 * it: "/etc/passwd", "inet:127.0.0.1:80", "unix:/run/x", "unix:@x".
 */
#ifndef AUDIT_OBJECT_H
#define AUDIT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

#define OBJECT_INET "inet:"
#define OBJECT_UNIX "unix:"

/*
 * An absolute path without "//", "/./", "/../" and a last slash, by its letters
 * alone; below /proc, what is the process's own is "self". False: it is not
 * absolute, or no path, with a NUL in it.
 */
bool object_put_path(struct text *text, const char *path, size_t length,
		     int32_t pid);

/* A struct sockaddr. False: it leads nowhere. */
bool object_put_address(struct text *text, const void *data, size_t length);

/* The same of a name that join/descriptor.h has for a socket. */
void object_put_socket(struct text *text, const char *name, size_t length);

#endif
