/*
 * Finds and opens files that a trace names: nobody vouches for what it says.
 */
#include "symbol/file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "symbol/symbol.h"

#define DIGITS_MAX 128

static int find_no_elf(Dwfl_Module *module, void **user, const char *name,
		       Dwarf_Addr base, char **ret_file, Elf **ret)
{
	(void)module;
	(void)user;
	(void)name;
	(void)base;
	(void)ret_file;
	(void)ret;
	return -1;
}

void file_close(struct file *file)
{
	if (!file)
		return;
	if (file->dwfl)
		dwfl_end(file->dwfl);
	unit_table_done(&file->units);
	free(file->search);
	free(file);
}

/* A regular file alone, and none of the kernel's own: to open or read something
 * else can do things, or take for ever. */
static int open_regular(const char *path, struct stat *ret)
{
	_cleanup_fd_ int fd = open(path, O_PATH | O_CLOEXEC);
	struct statfs system;
	char link[32];

	if (fd < 0 || fstat(fd, ret) < 0 || !S_ISREG(ret->st_mode) ||
	    ret->st_size == 0 || fstatfs(fd, &system) < 0 ||
	    system.f_type == PROC_SUPER_MAGIC)
		return -1;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return open(link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* What is given to libdw is closed with it. */
static struct file *file_of(int fd, const char *path, const char *directories)
{
	struct file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	if (asprintf(&file->search, ":.debug:%s", directories) < 0)
		file->search = NULL;
	file->callbacks = (Dwfl_Callbacks){
		.find_elf = find_no_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.debuginfo_path = &file->search,
	};
	if (file->search)
		file->dwfl = dwfl_begin(&file->callbacks);
	if (file->dwfl) {
		int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

		dwfl_report_begin(file->dwfl);
		if (own >= 0)
			file->module = dwfl_report_elf(file->dwfl, path, path,
						       own, 0, true);
		if (own >= 0 && !file->module)
			close(own);
		dwfl_report_end(file->dwfl, NULL, NULL);
	}
	if (file->module)
		return file;
	file_close(file);
	return NULL;
}

/* Who it is, in digits: "" where it does not say. */
static void build_id_of(struct file *file, char digits[DIGITS_MAX + 1])
{
	const unsigned char *bits;
	GElf_Addr bias, address;
	int length;

	digits[0] = '\0';
	if (!dwfl_module_getelf(file->module, &bias))
		return;
	length = dwfl_module_build_id(file->module, &bits, &address);
	for (int i = 0; i < length && i < DIGITS_MAX / 2; i++)
		snprintf(digits + (size_t)2 * (unsigned)i, 3, "%02x", bits[i]);
}

static bool is_unchanged(const struct symbol_file *wanted,
			 const struct stat *status)
{
	int64_t changed_ns = status->st_mtim.tv_sec * INT64_C(1000000000) +
			     status->st_mtim.tv_nsec;

	return wanted->size == status->st_size &&
	       wanted->changed_ns == changed_ns;
}

static struct file *open_named(const struct symbol_file *wanted,
			       const char *directories,
			       const char **ret_problem)
{
	char digits[DIGITS_MAX + 1];
	_cleanup_fd_ int fd = -1;
	struct stat status;
	struct file *file;

	*ret_problem = NULL;
	if (wanted->path[0] != '/')
		return NULL; /* the kernel's own */
	*ret_problem = "there is no such file";
	fd = open_regular(wanted->path, &status);
	if (fd < 0)
		return NULL;
	*ret_problem = "the file is another by now";
	file = file_of(fd, wanted->path, directories);
	if (!file)
		return NULL;
	build_id_of(file, digits);
	if (!strcmp(digits, wanted->build_id) &&
	    (digits[0] || is_unchanged(wanted, &status))) {
		*ret_problem = NULL;
		return file;
	}
	if (digits[0] && wanted->build_id[0])
		*ret_problem = "the file has another build id by now";
	file_close(file);
	return NULL;
}

static struct file *open_in(const char *directory, size_t length,
			    const char *build_id, const char *directories)
{
	char digits[DIGITS_MAX + 1];
	_cleanup_free_ char *path = NULL;
	_cleanup_fd_ int fd = -1;
	struct stat status;
	struct file *file;

	if (asprintf(&path, "%.*s/.build-id/%.2s/%s.debug", (int)length,
		     directory, build_id, build_id + 2) < 0) {
		path = NULL;
		return NULL;
	}
	fd = open_regular(path, &status);
	file = fd < 0 ? NULL : file_of(fd, path, directories);
	if (!file)
		return NULL;
	build_id_of(file, digits);
	if (!strcmp(digits, build_id))
		return file;
	file_close(file);
	return NULL;
}

static bool is_build_id(const char *digits)
{
	size_t length = strlen(digits);

	return length > 2 && length <= DIGITS_MAX &&
	       strspn(digits, "0123456789abcdef") == length;
}

/* A debug file has the addresses, and the symbols, of what it was made of. */
static struct file *open_kept(const char *build_id, const char *directories)
{
	const char *at = directories;
	struct file *file = NULL;

	while (!file && *at && is_build_id(build_id)) {
		size_t length = strcspn(at, ":");

		if (length > 0)
			file = open_in(at, length, build_id, directories);
		at += length + (at[length] == ':');
	}
	return file;
}

struct file *file_open(const struct symbol_file *wanted,
		       const char *directories, const char **ret_problem)
{
	struct file *file = open_named(wanted, directories, ret_problem);

	if (file)
		return file;
	file = open_kept(wanted->build_id, directories);
	if (file)
		*ret_problem = NULL;
	return file;
}
