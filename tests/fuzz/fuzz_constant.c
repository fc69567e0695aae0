/*
 * Values of any set and any call, as text: whatever bits they have, plain ASCII
 * of bounded length comes out, and in names none of the bits is lost.
 * Input: ABI, kind, set, row (2 bytes), number of arguments, and up to six of
 * them, 8 bytes each.
 * Rooms: decode trace sysdesc base
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "base/text.h"
#include "decode/constant.h"
#include "must.h"
#include "sysdesc/constant.h"
#include "trace/record.h"

#define HEAD          6
#define ARGUMENTS_MAX 6
#define LENGTH_MAX    2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether a part of it is no number. */
static bool has_name(const struct text *text)
{
	bool begins = true;
	bool is_there = false;

	for (size_t i = 0; i < text->length; i++) {
		is_there |= begins && text->data[i] > '9';
		begins = text->data[i] == '|';
	}
	return is_there;
}

static void put(const struct constant *constant, enum constant_style style)
{
	struct text text = TEXT_INIT;

	constant_put(&text, constant, style);
	MUST(text.length > 0 && text.length < LENGTH_MAX);
	for (size_t i = 0; i < text.length; i++)
		MUST(text.data[i] >= ' ' && text.data[i] <= '~' &&
		     text.data[i] != '"' && text.data[i] != '\\');
	if (style == CONSTANT_NAMES && constant->kind == KIND_FLAGS)
		MUST(constant_is_named(constant) == has_name(&text));
	text_done(&text);
}

static void put_all(const struct constant *constant)
{
	put(constant, CONSTANT_CLASSIC);
	put(constant, CONSTANT_DECIMAL);
	put(constant, CONSTANT_NAMES);
}

static void put_arguments(const struct record *record, unsigned row,
			  enum sysdesc_abi abi)
{
	struct constant constant;

	for (unsigned i = 0; i <= ARGUMENTS_MAX; i++)
		if (constant_of(record, sysdesc_row(row), abi, i, &constant))
			put_all(&constant);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t args[ARGUMENTS_MAX * 8] = { 0 };
	struct record record = { .kind = KTR_SYSCALL };
	struct constant constant = { 0 };

	if (size < HEAD)
		return 0;
	memcpy(args, data + HEAD,
	       size - HEAD < sizeof(args) ? size - HEAD : sizeof(args));
	record.syscall.args = args;
	record.syscall.narg = data[5] % (ARGUMENTS_MAX + 1);
	constant.abi = (enum sysdesc_abi)(data[0] % (SYSDESC_ABI_COUNT + 1));
	put_arguments(&record,
		      (unsigned)(data[3] | data[4] << 8) % sysdesc_count(),
		      constant.abi);
	constant.kind = data[1];
	constant.set = data[2];
	memcpy(&constant.value, args, sizeof(constant.value));
	put_all(&constant);
	return 0;
}
