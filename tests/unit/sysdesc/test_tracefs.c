/*
 * The table against the running kernel's own definitions, which it lists in
 * tracefs: events/syscalls/sys_enter_<call>/format. Calls, how many arguments,
 * their names, which of them point, how wide they are. Skips where tracefs
 * cannot be read or mounted.
 *
 * Names of arguments are those of Linux 6.18: another kernel may have renamed
 * one, and a newer one may have more calls, so there these are only told.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "sysdesc/sysdesc.h"

#define FIELDS_MAX 8

struct field {
	char type[64];
	char name[48];
};

/* The kernel names its function, which is not always the call. */
static const struct {
	const char *event;
	const char *call;
} call_names[] = {
	{ "newfstat", "fstat" },      { "newlstat", "lstat" },
	{ "newstat", "stat" },        { "newuname", "uname" },
	{ "sendfile64", "sendfile" }, { "umount", "umount2" },
};

static const char *const places[] = {
	"/sys/kernel/tracing/events/syscalls",
	"/sys/kernel/debug/tracing/events/syscalls",
};

/* Mounts tracefs where nobody else sees it; -errno. */
static int mount_privately(char *at)
{
	if (!mkdtemp(at))
		return -errno;
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", at, "tracefs", 0, NULL)) {
		int error = errno;

		rmdir(at);
		return -error;
	}
	return 0;
}

static void unmount(const char *at)
{
	umount2(at, MNT_DETACH);
	rmdir(at);
}

/* "const char * filename" -> type and name; false when it is no argument. */
static bool parse_field(const char *line, struct field *ret)
{
	const char *text = strstr(line, "field:");
	const char *end = text ? strchr(text, ';') : NULL;
	const char *name;

	if (!end || strstr(line, "field:int __syscall_nr") ||
	    strstr(line, " common_"))
		return false;
	text += strlen("field:");
	for (name = end; name > text && name[-1] != ' '; name--)
		;
	snprintf(ret->type, sizeof(ret->type), "%.*s", (int)(name - text),
		 text);
	snprintf(ret->name, sizeof(ret->name), "%.*s", (int)(end - name), name);
	return true;
}

/* The arguments of an event; -errno. */
static int read_format(int events, const char *event, struct field *fields)
{
	char path[512];
	char line[512];
	FILE *file;
	int fd, count = 0;

	snprintf(path, sizeof(path), "%s/format", event);
	fd = openat(events, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	file = fdopen(fd, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (count < FIELDS_MAX && parse_field(line, &fields[count]))
			count++;
	fclose(file);
	return count;
}

static const struct sysdesc_row *find_row(const char *event)
{
	enum sysdesc_abi abi = sysdesc_abi_native();

	for (size_t i = 0; i < ARRAY_LEN(call_names); i++)
		if (strcmp(event, call_names[i].event) == 0)
			event = call_names[i].call;
	for (unsigned i = 0; i < sysdesc_number_end(abi); i++) {
		const struct sysdesc_row *row = sysdesc_find(abi, i);

		if (row && strcmp(row->name, event) == 0)
			return row;
	}
	return NULL;
}

static bool has_word(const char *type, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = type; (at = strstr(at, word)); at += length)
		if ((at == type || at[-1] == ' ') &&
		    (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

static bool is_pointer_type(const char *type)
{
	/* These two are pointers by typedef. */
	return strchr(type, '*') || has_word(type, "cap_user_header_t") ||
	       has_word(type, "cap_user_data_t");
}

static bool is_wide_type(const char *type)
{
	static const char *const wide[] = {
		"long", "size_t", "loff_t", "off_t", "__u64", "aio_context_t"
	};

	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (has_word(type, wide[i]))
			return true;
	return false;
}

/* Can a kind be of this type? A kind that says no width fits any. */
static bool kind_fits(enum sysdesc_kind kind, const char *type)
{
	switch (kind) {
	case KIND_PATH:
	case KIND_STRING:
	case KIND_BYTES:
	case KIND_IOVEC:
	case KIND_MSGHDR:
	case KIND_MMSGHDR:
	case KIND_MSGBUF:
	case KIND_XATTR:
	case KIND_BLOB:
	case KIND_ARGV:
	case KIND_ENVP:
		return is_pointer_type(type);
	case KIND_POINTER:
		return is_pointer_type(type) || is_wide_type(type);
	case KIND_LONG:
	case KIND_ULONG:
	case KIND_HEX:
	case KIND_SIZE:
	case KIND_OFFSET:
		return !is_pointer_type(type) && is_wide_type(type);
	case KIND_INT:
	case KIND_UINT:
		return !is_pointer_type(type) && !is_wide_type(type);
	case KIND_NONE:
		return false;
	case KIND_FD:
	case KIND_DIRFD:
	case KIND_FLAGS:
	case KIND_ENUM:
	case KIND_MODE:
	case KIND_DEV:
	case KIND_PID:
	case KIND_UID:
	case KIND_GID:
	case KIND_SIGNAL:
	case KIND_CLOCK:
	case KIND_CMD:
		return !is_pointer_type(type);
	}
	return false;
}

/* The kernel writes some names as _name; the table does without. */
static bool is_same_name(const char *theirs, const char *ours)
{
	return strcmp(theirs + (theirs[0] == '_'), ours) == 0;
}

struct tally {
	bool binds; /* this is the kernel that the names are of */
	unsigned compared;
	unsigned faults;
	unsigned notes;
};

__attribute__((format(printf, 3, 4))) static void
differ(struct tally *tally, bool binds, const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	print_error("%s: %s\n", binds ? "fault" : "note", text);
	*(binds ? &tally->faults : &tally->notes) += 1;
}

static void compare(struct tally *tally, int events, const char *event)
{
	const char *call = event + strlen("sys_enter_");
	const struct sysdesc_row *row = find_row(call);
	struct field fields[FIELDS_MAX];
	int count = read_format(events, event, fields);

	assert_true(count >= 0);
	tally->compared++;
	if (!row) {
		differ(tally, tally->binds, "%s: not in the table", call);
		return;
	}
	if (count != row->narg) {
		differ(tally, true, "%s: has %d arguments, not %d", call, count,
		       row->narg);
		return;
	}
	for (int i = 0; i < count; i++) {
		const struct sysdesc_arg *arg = &row->arg[i];

		if (!is_same_name(fields[i].name, arg->name))
			differ(tally, tally->binds, "%s: %s is called %s", call,
			       arg->name, fields[i].name);
		if (!kind_fits(arg->kind, fields[i].type))
			differ(tally, true, "%s: %s is of type %s", call,
			       arg->name, fields[i].type);
	}
}

static void compare_all(struct tally *tally, const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	assert_non_null(directory);
	while ((entry = readdir(directory)))
		if (strncmp(entry->d_name, "sys_enter_", 10) == 0)
			compare(tally, dirfd(directory), entry->d_name);
	closedir(directory);
}

/* Where events/syscalls can be read, mounting it at `mounted` if need be. */
static int find_events(char *ret, size_t size, char *mounted)
{
	int error;

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (access(places[i], R_OK | X_OK) == 0) {
			snprintf(ret, size, "%s", places[i]);
			mounted[0] = '\0';
			return 0;
		}
	error = mount_privately(mounted);
	if (error)
		return error;
	snprintf(ret, size, "%s/events/syscalls", mounted);
	if (access(ret, R_OK | X_OK) == 0)
		return 0;
	error = -errno;
	unmount(mounted);
	return error;
}

static void the_kernel_agrees(void **state)
{
	char mounted[] = "/tmp/tracefs.XXXXXX";
	char path[64];
	struct tally tally = { 0 };
	struct utsname host;
	int error = find_events(path, sizeof(path), mounted);

	(void)state;
	if (error) {
		print_message("skipped: tracefs cannot be read: %s\n",
			      strerror(-error));
		skip();
	}
	assert_int_equal(uname(&host), 0);
	tally.binds = strncmp(host.release, "6.18.", 5) == 0;
	compare_all(&tally, path);
	if (mounted[0])
		unmount(mounted);
	print_message("Linux %s: %u calls compared, %u faults, %u notes\n",
		      host.release, tally.compared, tally.faults, tally.notes);
	assert_true(tally.compared > 250);
	assert_int_equal(tally.faults, 0);
}

static void fields_are_parsed(void **state)
{
	struct field field;

	(void)state;
	assert_true(parse_field("\tfield:const char * filename;\toffset:16;\t"
				"size:8;\tsigned:0;\n",
				&field));
	assert_string_equal(field.type, "const char * ");
	assert_string_equal(field.name, "filename");
	assert_true(
	    parse_field("\tfield:unsigned int fd;\toffset:16;\n", &field));
	assert_string_equal(field.name, "fd");
	assert_false(is_pointer_type(field.type));
	assert_false(is_wide_type(field.type));
	assert_false(
	    parse_field("\tfield:int __syscall_nr;\toffset:8;\n", &field));
	assert_false(
	    parse_field("\tfield:int common_pid;\toffset:4;\n", &field));
	assert_false(parse_field("print fmt: \"fd: 0x%08lx\"\n", &field));
}

static void kinds_are_told_apart(void **state)
{
	(void)state;
	assert_true(kind_fits(KIND_PATH, "const char * "));
	assert_false(kind_fits(KIND_PATH, "unsigned long "));
	assert_true(kind_fits(KIND_SIZE, "size_t "));
	assert_false(kind_fits(KIND_SIZE, "unsigned int "));
	assert_false(kind_fits(KIND_INT, "long "));
	assert_true(kind_fits(KIND_BLOB, "cap_user_header_t "));
	assert_false(kind_fits(KIND_FD, "int * "));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_parsed),
		cmocka_unit_test(kinds_are_told_apart),
		cmocka_unit_test(the_kernel_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
