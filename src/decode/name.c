/*
 * Names for numbers. What kernels define is asked of foreign/system.h; what
 * only the file format defines (FreeBSD's page fault and capability numbers)
 * stands in the tables here. Prints nothing itself.
 */
#include "decode/name.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "foreign/system.h"

#define NAME_MASK_BITS 64

void name_syscall(struct text *text, enum sysdesc_abi abi, int64_t number,
		  bool with_number)
{
	const struct sysdesc_row *row = system_call(abi, number);

	if (row)
		text_put(text, row->name);
	if (row && !with_number)
		return;
	text_char(text, '[');
	text_decimal(text, number);
	text_char(text, ']');
}

void name_errno(struct text *text, enum record_system system, int error)
{
	const char *words = system_errno_text(system, error);

	if (words) {
		text_put(text, words);
		return;
	}
	text_put(text, "Unknown error ");
	text_decimal(text, error);
}

void name_signal(struct text *text, enum record_system system, int signo)
{
	const char *name = system_signal_name(system, signo);
	int first = system_signal_first(system);

	if (name) {
		text_put(text, name);
	} else if (first && signo == first) {
		text_put(text, "SIGRTMIN");
	} else if (signo > first && signo <= system_signal_last(system)) {
		text_put(text, "SIGRTMIN+");
		text_decimal(text, signo - first);
	} else {
		text_put(text, "SIG");
		text_decimal(text, signo);
	}
}

void name_signal_mask(struct text *text, enum record_system system,
		      uint64_t mask)
{
	bool is_full = __builtin_popcountll(mask) > NAME_MASK_BITS / 2;
	uint64_t named = is_full ? ~mask : mask;
	struct text name = TEXT_INIT;
	bool has_one = false;

	text_put(text, is_full ? "~[" : "[");
	for (int i = 1; i <= NAME_MASK_BITS; i++) {
		if (!(named & UINT64_C(1) << (i - 1)))
			continue;
		text_clear(&name);
		name_signal(&name, system, i);
		text_put(text, has_one ? " " : "");
		text_put(text, text_string(&name) + strlen("SIG"));
		has_one = true;
	}
	text_char(text, ']');
	text_done(&name);
}

static void name_invalid(struct text *text, int number)
{
	text_put(text, "<invalid=");
	text_decimal(text, number);
	text_char(text, '>');
}

void name_signal_code(struct text *text, enum record_system system, int signo,
		      int code)
{
	const char *name = system_signal_code(system, signo, code);

	if (name)
		text_put(text, name);
	else
		name_invalid(text, code);
}

void name_access(struct text *text, int access)
{
	static const char *const bits[] = { "VM_PROT_READ", "VM_PROT_WRITE",
					    "VM_PROT_EXECUTE" };
	unsigned rest = (unsigned)access;
	bool any = false;

	text_format(text, "0x%x<", rest);
	if (!access)
		text_put(text, "VM_PROT_NONE");
	for (unsigned i = 0; i < ARRAY_LEN(bits); i++) {
		if (!(rest & 1u << i))
			continue;
		text_put(text, any ? "|" : "");
		text_put(text, bits[i]);
		rest &= ~(1u << i);
		any = true;
	}
	text_char(text, '>');
	if (rest)
		text_format(text, "<invalid>%u", rest);
}

void name_fault_result(struct text *text, int result)
{
	static const char *const names[] = {
		"KERN_SUCCESS",
		"KERN_INVALID_ADDRESS",
		"KERN_PROTECTION_FAILURE",
		"KERN_NO_SPACE",
		"KERN_INVALID_ARGUMENT",
		"KERN_FAILURE",
		"KERN_RESOURCE_SHORTAGE",
		"KERN_NOT_RECEIVER",
		"KERN_NO_ACCESS",
	};

	if (result >= 0 && (unsigned)result < ARRAY_LEN(names))
		text_put(text, names[result]);
	else
		name_invalid(text, result);
}

void name_violation(struct text *text, int type)
{
	static const char *const words[] = {
		"operation not capable",
		"attempt to increase capabilities",
		"disallowed system call",
		"restricted VFS lookup",
	};

	if (type >= 0 && (unsigned)type < ARRAY_LEN(words)) {
		text_put(text, words[type]);
		return;
	}
	text_put(text, "unknown capability failure ");
	text_decimal(text, type);
}
