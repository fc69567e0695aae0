/*
 * JSON documents, piece by piece. Whatever bytes a name has, the document is
 * one; who reads it gets the bytes (document_bytes), or what people can read of
 * them (document_shown).
 */
#ifndef KAUDIT_DOCUMENT_H
#define KAUDIT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name;
struct text;

/* A comma, unless nothing is in front. */
void document_next(struct text *text);
/* `"name":`, behind that comma. */
void document_member(struct text *text, const char *name);
/* Opens an object or array: '{' or '['; it is the value of a member, or (NULL)
 * the next of an array. text_char() closes it. */
void document_open(struct text *text, const char *member, char bracket);

/* A value: a string, or {"b64":"..."} where it is no UTF-8. */
void document_bytes(struct text *text, const void *data, size_t length);
/* Members of such a value, or none for a name that is NULL. */
void document_string(struct text *text, const char *member, const char *string);
void document_name(struct text *text, const char *member,
		   const struct name *name);
/* An array of words, each with a NUL, but perhaps for one that was cut. */
void document_words(struct text *text, const char *member, const char *words,
		    size_t length);

/* A string as people read it: data_escape() of the bytes. */
void document_shown(struct text *text, const char *member, const void *data,
		    size_t length);
/* The text, which must be UTF-8, as a member; and emptied. */
void document_text(struct text *text, const char *member, struct text *value);

/* A path as a reference: relative where it is, else of a file. */
void document_uri(struct text *text, const char *member, const char *path,
		  size_t length);

/* Seconds since 1970, as kdump-u has them. */
void document_time(struct text *text, const char *member, uint64_t ns);
/* The same as RFC 3339 has it. */
void document_date(struct text *text, const char *member, uint64_t ns);

#endif
