/*
 * Names that no row holds: classes, errors, signals and their codes. Linux's
 * own words and numbers, whatever the C library says. Must not call it.
 */
#include "sysdesc/sysdesc.h"

#include <stddef.h>

struct name {
	const char *name;
	const char *text;
};

static const struct name classes[SYSDESC_CLASS_COUNT] = {
#define X(id, name, help) [SYSDESC_CLASS_BIT_##id] = { name, help },
	SYSDESC_CLASSES(X)
#undef X
};

static const struct name errors[] = {
#define ERROR(number, name, text) [number] = { #name, text },
#include "sysdesc/errno.def"
#undef ERROR
};

static const char *const signals[] = {
#define SIGNAL(number, name) [number] = #name,
#define CODE(signal, code, name)
#include "sysdesc/signal.def"
#undef CODE
#undef SIGNAL
};

/* signal 0: the code means the same for every signal. */
struct code {
	int8_t signal;
	int16_t code;
	const char *name;
};

static const struct code codes[] = {
#define SIGNAL(number, name)
#define CODE(signal, code, name) { signal, code, #name },
#include "sysdesc/signal.def"
#undef CODE
#undef SIGNAL
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

const char *sysdesc_class_name(unsigned bit)
{
	return bit < SYSDESC_CLASS_COUNT ? classes[bit].name : NULL;
}

const char *sysdesc_class_help(unsigned bit)
{
	return bit < SYSDESC_CLASS_COUNT ? classes[bit].text : NULL;
}

const char *sysdesc_errno_name(int number)
{
	if (number < 0 || (size_t)number >= LENGTH(errors))
		return NULL;
	return errors[number].name;
}

const char *sysdesc_errno_text(int number)
{
	if (number < 0 || (size_t)number >= LENGTH(errors))
		return NULL;
	return errors[number].text;
}

const char *sysdesc_signal_name(int number)
{
	if (number < 0 || (size_t)number >= LENGTH(signals))
		return NULL;
	return signals[number];
}

const char *sysdesc_signal_code(int signal, int code)
{
	for (size_t i = 0; i < LENGTH(codes); i++) {
		const struct code *at = &codes[i];

		if (at->code == code &&
		    (at->signal == 0 || at->signal == signal))
			return at->name;
	}
	return NULL;
}
