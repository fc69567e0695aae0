/*
 * Bytes that a program moved or named -> text that is safe on a terminal: no
 * control byte of theirs goes out, in strings, in folded text or in a dump.
 */
#ifndef DECODE_DATA_H
#define DECODE_DATA_H

#include <stdbool.h>
#include <stddef.h>

struct text;

/* What the text is for. */
struct data_style {
	unsigned width; /* columns of a line, more than 8 */
	bool utf8;      /* characters beyond ASCII may be shown as they are */
	bool plain;     /* numbers are shown without the names they have */
	bool names;     /* those in structures by their names alone */
};

/*
 * The bytes on one line, as vis(3) would with VIS_CSTYLE and VIS_OCTAL, a
 * backslash doubled: \n \t \r \a \b \f \v \0, other control bytes and all that
 * is no character as \033. With style->utf8 well-formed UTF-8 stays, except for
 * what a terminal obeys or does not show (C1 controls, directions, tags).
 */
void data_escape(struct text *text, const void *data, size_t length,
		 const struct data_style *style);

/* The same between double quotes, with \" for those inside. */
void data_quote(struct text *text, const void *data, size_t length,
		const struct data_style *style);

/* NUL-terminated strings, quoted: `"echo", "hi there"`. */
void data_quote_list(struct text *text, const void *data, size_t length,
		     const struct data_style *style);

/*
 * The data of a GIO record, as FreeBSD's kdump shows it: whole lines, newline
 * included. Text is quoted and folded at the width; data with any byte that is
 * neither printable ASCII nor one of \n \r \t \0 is a hex dump.
 */
void data_dump(struct text *text, const void *data, size_t length,
	       const struct data_style *style);

/* Always the hex dump. */
void data_hexdump(struct text *text, const void *data, size_t length,
		  const struct data_style *style);

#endif
