/*
 * For programs under test: what must be recorded between two marks, said in
 * lines as support/said.h describes them. A program makes its calls through
 * say_call(), in the order in which it says them, and nothing else between the
 * marks. Included by each program once.
 */
#ifndef PROG_SAY_H
#define PROG_SAY_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>

/* No descriptors, so close(2) of them does no harm. */
#define SAY_BEGIN (-1001)
#define SAY_END   (-1002)

static struct {
	char text[1 << 20];
	size_t length;
	/* The call that is being said: */
	const char *name;
	long result;
	int error;
} say;

__attribute__((format(printf, 1, 2))) static inline void
say_line(const char *format, ...)
{
	size_t left = sizeof(say.text) - say.length;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(say.text + say.length, left, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= left)
		abort();
	say.length += (size_t)n;
}

static inline void say_begin(void)
{
	close(SAY_BEGIN);
}

/* Ends what is compared, and prints all that was said. */
static inline void say_end(void)
{
	close(SAY_END);
	fwrite(say.text, 1, say.length, stdout);
	fflush(stdout);
	say.length = 0;
}

static inline void say_enter(const char *name, int count, const long *args)
{
	say.name = name;
	say_line("CALL %s", name);
	for (int i = 0; i < count; i++)
		say_line(" %lx", (unsigned long)args[i]);
	say_line("\n");
}

/*
 * Makes a system call with exactly the arguments that it has. What comes of it
 * in between, and its return, are to be said by those below.
 */
static inline long say_number(const char *name, long number, int count,
			      const long *args)
{
	long all[6] = { 0 };

	memcpy(all, args, (size_t)count * sizeof(long));
	say_enter(name, count, args);
	errno = 0;
	say.result = syscall(number, all[0], all[1], all[2], all[3], all[4],
			     all[5]);
	say.error = errno;
	return say.result;
}

#define SAY_ARGS(...)                                                          \
	(int)(sizeof((long[]){ 0, ##__VA_ARGS__ }) / sizeof(long)) - 1,        \
	    (long[]){ 0, ##__VA_ARGS__ } + 1
#define say_call(name, ...) say_number(#name, SYS_##name, SAY_ARGS(__VA_ARGS__))

static inline void say_bytes(const void *data, size_t length)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < length; i++)
		say_line("%02x", byte[i]);
}

/* GENIO: way is 'r' or 'w'. */
static inline void say_data(int fd, char way, const void *data, size_t length)
{
	say_line("DATA %d %c %zu ", fd, way, length);
	say_bytes(data, length);
	say_line("\n");
}

/* NAMEI. */
static inline void say_name(const char *path)
{
	say_line("NAME %s\n", path);
}

/* A path record: argument `arg` meant directory/path. */
static inline void say_joined(int arg, const char *directory, const char *path)
{
	say_line("PATH joined %d %s%s%s\n", arg, directory, *path ? "/" : "",
		 path);
}

/* Both: a relative path. */
static inline void say_path(int arg, const char *directory, const char *path)
{
	say_name(path);
	say_joined(arg, directory, path);
}

/* STRUCT and STRUCT_ARRAY: the name, and what is in it as kdump-u shows it. */
__attribute__((format(printf, 1, 2))) static inline void
say_struct(const char *format, ...)
{
	char text[4096];
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= sizeof(text))
		abort();
	say_line("STRU %s\n", text);
}

/* How the errors are called that the programs here meet. */
static inline const char *say_error(int error)
{
	static const struct {
		int error;
		const char *name;
	} errors[] = {
#define ERROR(number, name, text) { number, #name },
#include "../../src/sysdesc/errno.def"
#undef ERROR
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].error == error)
			return errors[i].name;
	abort();
}

/* SYSRET, as say_call() found it. */
static inline void say_return(void)
{
	if (say.result == -1 && say.error)
		say_line("RETURN %s %s\n", say.name, say_error(say.error));
	else
		say_line("RETURN %s %lx\n", say.name,
			 (unsigned long)say.result);
}

/* A call with nothing in between. */
#define say_simple(name, ...)                                                  \
	({                                                                     \
		say_call(name, ##__VA_ARGS__);                                 \
		say_return();                                                  \
		say.result;                                                    \
	})

#endif
