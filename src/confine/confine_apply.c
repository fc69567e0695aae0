/*
 * Rules -> the kernel's. What is not there any more needs no rule; what is to
 * be made is made in the nearest directory that is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <linux/landlock.h>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "confine/confine.h"
#include "confine/denial.h"
#include "confine/rights.h"

/* As the kernel has it; older ones take only the start. */
struct ruleset {
	uint64_t files, ports, scopes;
};
struct port_rule {
	uint64_t rights, port;
};
#define RULE_NET_PORT 2

/* Versions of Landlock that have one field more. */
#define WITH_PORTS  4
#define WITH_SCOPES 6

/* 0: there is none. */
static int version_here(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);

	return version > 0 ? (int)version : 0;
}

/* ---- whether it can be ---- */

static int complain(const struct rights_row *row, int version,
		    struct text *error)
{
	if (version)
		text_format(error,
			    "this kernel cannot restrict %s: its Landlock has "
			    "version %d, and %d does",
			    row->name, version, row->version);
	else
		text_format(error,
			    "this kernel cannot restrict %s: it has no "
			    "Landlock",
			    row->name);
	return -EOPNOTSUPP;
}

int confine_check(struct confine *confine, struct text *error)
{
	const struct {
		enum rights_kind kind;
		uint64_t *bits;
	} kinds[] = {
		{ RIGHTS_FILES, &confine->files },
		{ RIGHTS_PORTS, &confine->ports },
		{ RIGHTS_SCOPES, &confine->scopes },
	};
	int version = version_here();

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct rights_row *row =
		    rights_beyond(kinds[i].kind, *kinds[i].bits, version);

		if (row && !confine->is_all_possible)
			return complain(row, version, error);
		*kinds[i].bits &= rights_until(kinds[i].kind, version);
	}
	return 0;
}

/* ---- files ---- */

/* The path itself, or what is there of it; -ENOENT: nothing is. */
static int open_place(const struct confine_path *path)
{
	char name[PATH_MAX];
	size_t length = strlen(path->path);
	int fd;

	if (length >= sizeof(name))
		return -ENAMETOOLONG;
	memcpy(name, path->path, length + 1);
	fd = open(name, O_PATH | O_CLOEXEC);
	while (fd < 0 && errno == ENOENT && path->rights & RIGHTS_MAKING) {
		char *slash = strrchr(name, '/');

		/* The root of all is nobody's to make names in. */
		if (!slash || slash == name)
			return -ENOENT;
		*slash = 0;
		fd = open(name, O_PATH | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

static int add_path(int ruleset, const struct confine *confine,
		    const struct confine_path *path)
{
	struct landlock_path_beneath_attr rule = { 0 };
	uint64_t rights = path->rights;
	_cleanup_fd_ int fd = open_place(path);
	struct stat status;

	/* Where we may not go, they may not either. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -EACCES || fd == -ELOOP ||
	    fd == -ENAMETOOLONG)
		return 0;
	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISDIR(status.st_mode))
		rights &= RIGHTS_OF_FILES;
	rule.allowed_access = rights & confine->files;
	rule.parent_fd = fd;
	if (!rule.allowed_access)
		return 0;
	/* Pipes and sockets have no place below which anything is. */
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		    &rule, 0) < 0 &&
	    errno != EBADFD)
		return -errno;
	return 0;
}

static int add_port(int ruleset, const struct confine *confine,
		    const struct confine_port *port)
{
	const struct port_rule rule = { port->rights & confine->ports,
					port->port };

	if (!rule.rights)
		return 0;
	if (syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0) <
	    0)
		return -errno;
	return 0;
}

static int add_rules(int ruleset, const struct confine *confine)
{
	int r = 0;

	for (size_t i = 0; !r && i < confine->path_count; i++)
		r = add_path(ruleset, confine, &confine->paths[i]);
	for (size_t i = 0; !r && i < confine->port_count; i++)
		r = add_port(ruleset, confine, &confine->port_rules[i]);
	return r;
}

static int restrict_self(const struct confine *confine)
{
	const struct ruleset attributes = { confine->files, confine->ports,
					    confine->scopes };
	int version = version_here();
	size_t size = version >= WITH_SCOPES  ? sizeof(attributes)
		      : version >= WITH_PORTS ? offsetof(struct ruleset, scopes)
					      : offsetof(struct ruleset, ports);
	_cleanup_fd_ int ruleset = -1;
	int r;

	if (!confine->files && !confine->ports && !confine->scopes)
		return 0;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size,
			       0);
	if (ruleset < 0)
		return -errno;
	r = add_rules(ruleset, confine);
	if (!r && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		r = -errno;
	return r;
}

int confine_apply(const struct confine *confine)
{
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	r = restrict_self(confine);
	return r ? r : denial_install(confine);
}
