/*
 * Copies programs, and gives them away. Needs root.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "support/privileged.h"

/* Somebody else, who need not exist. */
#define OTHER 65533

enum contents { A_PROGRAM, A_SCRIPT, A_SCRIPT_OF_USER, GARBAGE, NO_LOADER };

static const struct kind {
	mode_t mode;
	bool is_others_user;
	bool is_others_group;
	bool is_capable;
	enum contents contents;
} kinds[] = {
	[PRIVILEGED_USER] = { 04755, true, true, false, A_PROGRAM },
	[PRIVILEGED_GROUP] = { 02755, false, true, false, A_PROGRAM },
	[PRIVILEGED_BOTH] = { 06755, true, true, false, A_PROGRAM },
	[PRIVILEGED_CAPABLE] = { 0755, false, false, true, A_PROGRAM },
	[PRIVILEGED_UNREADABLE] = { 04711, true, true, false, A_PROGRAM },
	[PRIVILEGED_OWN] = { 06755, false, false, false, A_PROGRAM },
	[PRIVILEGED_SCRIPT] = { 06755, true, true, false, A_SCRIPT },
	[PRIVILEGED_BY_SCRIPT] = { 0755, false, false, false,
				   A_SCRIPT_OF_USER },
	[PRIVILEGED_FORBIDDEN] = { 04750, true, true, false, A_PROGRAM },
	[PRIVILEGED_GARBAGE] = { 04755, true, true, false, GARBAGE },
	[PRIVILEGED_NO_LOADER] = { 04755, true, true, false, NO_LOADER },
};

/* NULL, or why no program gains anything here. */
static const char *why_not(const struct run_place *place)
{
	struct statvfs system;

	if (!place->drops)
		return "only root gives programs away";
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return "no_new_privs is set";
	if (statvfs(place->path, &system) < 0 || (system.f_flag & ST_NOSUID))
		return "the file system is mounted nosuid";
	return NULL;
}

void privileged_place(struct run_place *ret)
{
	const char *why;

	assert_int_equal(run_place_open(ret, RUN_AS_ORDINARY), 0);
	why = why_not(ret);
	if (!why)
		return;
	printf("skipped: %s\n", why);
	run_place_close(ret);
	skip();
}

static void read_program(const struct run_place *place, struct text *ret)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/gaining", place->programs);
	assert_int_equal(run_read_file(ret, path), 0);
}

static void spoil_loader(struct text *program)
{
	char *name = memmem(program->data, program->length, "/lib", 4);

	assert_non_null(name);
	memcpy(name, "/bil", 4);
}

static void fill(const struct run_place *place, enum contents contents,
		 struct text *ret)
{
	switch (contents) {
	case A_PROGRAM:
		read_program(place, ret);
		break;
	case NO_LOADER:
		read_program(place, ret);
		spoil_loader(ret);
		break;
	case A_SCRIPT:
		text_format(ret, "#!/bin/sh\nexec %s/gaining ids\n",
			    place->programs);
		break;
	case A_SCRIPT_OF_USER:
		text_format(ret, "#! %s/user  ids\n", place->path);
		break;
	case GARBAGE:
		text_put(ret, "garbage\n");
		break;
	}
}

static bool make_capable(int fd)
{
	const struct vfs_cap_data data = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data[0].permitted = 1u << CAP_NET_RAW,
	};

	if (prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0) == 1 &&
	    !fsetxattr(fd, "security.capability", &data, XATTR_CAPS_SZ_2, 0))
		return true;
	printf("not tried: file capabilities cannot be set\n");
	return false;
}

bool privileged_make(const struct run_place *place, const char *name,
		     enum privileged_kind which)
{
	const struct kind *kind = &kinds[which];
	_cleanup_(text_done) struct text contents = TEXT_INIT;
	char path[PATH_MAX];
	_cleanup_fd_ int fd = open(run_place_file(place, name, path),
				   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				   0600);

	assert_true(fd >= 0);
	fill(place, kind->contents, &contents);
	assert_int_equal(fd_write_all(fd, contents.data, contents.length), 0);
	assert_int_equal(fchown(fd, kind->is_others_user ? OTHER : place->uid,
				kind->is_others_group ? OTHER : place->gid),
			 0);
	assert_int_equal(fchmod(fd, kind->mode), 0);
	return !kind->is_capable || make_capable(fd);
}

const struct trace_item *privileged_find_told(const struct trace *trace,
					      const struct trace_item *after,
					      const char *words)
{
	const struct trace_match match = { .kind = KTR_STRUCT,
					   .name = KTR_STRUCT_COVERAGE };
	const struct trace_item *item = after;

	while ((item = trace_find(trace, item, match)))
		if (!strcmp(trace_text(item, "what"), "exec") &&
		    strstr(trace_text(item, "why"), words))
			return item;
	return NULL;
}

unsigned privileged_count_told(const struct trace *trace, const char *words)
{
	const struct trace_item *item = NULL;
	unsigned count = 0;

	while ((item = privileged_find_told(trace, item, words)))
		count++;
	return count;
}
