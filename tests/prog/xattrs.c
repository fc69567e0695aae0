/*
 * Extended attributes whose value is where a structure says, and not an
 * argument. Exits with 77 where the kernel has no setxattrat (before Linux
 * 6.13), or the filesystem no such attributes.
 */
#include <fcntl.h>

#include "say.h"

/* Younger than the headers here may be. */
#define NUMBER_SETXATTRAT 463
#define NUMBER_GETXATTRAT 464

static const char name[] = "user.ktrace-u";
static const char text[] = "an unmistakable value";
#define LENGTH 21

static char data[64];

/* struct xattr_args. */
struct value {
	uint64_t address;
	uint32_t size;
	uint32_t flags;
};

static void set(const struct value *value)
{
	say_number("setxattrat", NUMBER_SETXATTRAT,
		   SAY_ARGS(AT_FDCWD, (long)"/proc/self/fd/3", 0, (long)name,
			    (long)value, sizeof(*value)));
	say_name("/proc/self/fd/3");
	if (say.result == 0)
		say_data(-1, 'w', (void *)value->address, value->size);
	say_return();
}

static void get(const struct value *value)
{
	say_number("getxattrat", NUMBER_GETXATTRAT,
		   SAY_ARGS(AT_FDCWD, (long)"/proc/self/fd/3", 0, (long)name,
			    (long)value, sizeof(*value)));
	say_name("/proc/self/fd/3");
	/* No room, no bytes: the result says how many there are. */
	if (say.result >= 0 && value->size > 0)
		say_data(-1, 'r', data, (size_t)say.result);
	say_return();
}

static int is_there(void)
{
	struct value value = { (uintptr_t)text, 1, 0 };

	return syscall(NUMBER_SETXATTRAT, AT_FDCWD, "file", 0, name, &value,
		       sizeof(value)) == 0;
}

int main(void)
{
	struct value given = { (uintptr_t)text, LENGTH, 0 };
	struct value created = { (uintptr_t)text, LENGTH, 1 };
	struct value room = { (uintptr_t)data, sizeof(data), 0 };
	struct value little = { (uintptr_t)data, 5, 0 };
	struct value none = { 0, 0, 0 };
	int fd = open("file", O_RDWR | O_CREAT, 0600);

	if (dup2(fd, 3) != 3)
		return 1;
	if (!is_there()) {
		perror("setxattrat");
		return 77;
	}
	say_begin();
	set(&given);
	/* It exists. */
	set(&created);
	get(&room);
	get(&little);
	get(&none);
	say_end();
	return 0;
}
