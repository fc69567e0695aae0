/*
 * Settings of the kernel, opened by all sorts of names, and what only looks
 * like one.
 */
#include "say.h"

#include <fcntl.h>

static void setting(const char *name)
{
	say_line("SCTL %s\n", name);
}

static void open_named(const char *path, const char *name)
{
	say_call(openat, AT_FDCWD, (long)path, O_RDONLY, 0);
	say_name(path);
	if (name)
		setting(name);
	say_return();
}

static void open_below(int fd, const char *folder, const char *path,
		       const char *name)
{
	say_call(openat, fd, (long)path, O_RDONLY, 0);
	say_path(1, folder, path);
	setting(name);
	say_return();
}

int main(void)
{
	int fd = open("/proc/sys/kernel", O_RDONLY | O_DIRECTORY);

	if (fd < 0 || chdir("/proc/sys") < 0)
		return 77;
	say_begin();
	open_named("/proc/sys/kernel/ostype", "kernel.ostype");
	open_named("/proc/sys/kernel/random/boot_id", "kernel.random.boot_id");
	open_named("/proc/sys/kernel/../vm//swappiness", "vm.swappiness");
	open_below(AT_FDCWD, "/proc/sys", "kernel/osrelease",
		   "kernel.osrelease");
	open_below(fd, "/proc/sys/kernel", "hostname", "kernel.hostname");
	/* A folder, no setting, no file of that name, another file system. */
	open_named("/proc/sys/kernel", NULL);
	open_named("/proc/sys/kernel/none", NULL);
	open_named("/proc/self/status", NULL);
	open_named("/sys/kernel", NULL);
	open_named("/etc/passwd", NULL);
	/* Nothing is opened by this one. */
	say_call(faccessat, AT_FDCWD, (long)"/proc/sys/kernel/ostype", R_OK);
	say_name("/proc/sys/kernel/ostype");
	say_return();
	say_end();
	return 0;
}
