/*
 * What is read of a directory: entries one behind the other, each as long as it
 * says itself.
 */
#ifndef DECODE_LISTING_H
#define DECODE_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"

struct data_style;
struct text;

/*
 * `[{ d_ino=2, d_off=1, d_reclen=24, d_type=DT_DIR, d_name="etc" }, ...]`. The
 * dots stand for what is not there: is_cut, or an entry that is not whole or
 * cannot be one. False, and nothing is put: so is the first, or the ABI has no
 * such listing.
 */
bool listing_put(struct text *text, enum sysdesc_blob blob,
		 enum sysdesc_abi abi, const void *data, size_t length,
		 bool is_cut, const struct data_style *style);

#endif
