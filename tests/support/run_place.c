/*
 * Where programs under test run: a directory of their user's own. Removes what
 * it made, and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "support/run.h"

/* Nobody in particular, as every machine has one. */
#define ORDINARY_UID 65534
#define ORDINARY_GID 65534

const char *run_place_file(const struct run_place *place, const char *name,
			   char buffer[PATH_MAX])
{
	int n = snprintf(buffer, PATH_MAX, "%s/%s", place->path, name);

	if (n < 0 || n >= PATH_MAX)
		abort();
	return buffer;
}

int run_place_put(const struct run_place *place, const char *name,
		  const char *contents, mode_t mode)
{
	char path[PATH_MAX];
	_cleanup_fd_ int fd = open(run_place_file(place, name, path),
				   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				   0600);

	if (fd < 0 || fd_write_all(fd, contents, strlen(contents)) < 0 ||
	    fchmod(fd, mode) < 0 ||
	    (place->drops && fchown(fd, place->uid, place->gid) < 0))
		return -errno;
	return 0;
}

/* Asks as the user: a child that has become it. */
static bool user_may(const struct run_place *place, const char *path, int how)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (place->drops &&
		    (setgid(place->gid) < 0 || setuid(place->uid) < 0))
			_exit(1);
		_exit(access(path, how) < 0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static int copy_program(const char *from, const char *to)
{
	_cleanup_fd_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_fd_ int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t n;

	if (in < 0 || out < 0)
		return -errno;
	while ((n = sendfile(out, in, NULL, 1u << 20)) > 0)
		;
	return n < 0 ? -errno : fchmod(out, 0755);
}

/* Copies a folder's programs into a folder. */
static int copy_programs(const char *from, const char *to)
{
	char command[3 * PATH_MAX];
	int status;
	int n = snprintf(command, sizeof(command),
			 "find '%s' -maxdepth 1 -type f -perm -1 "
			 "-exec cp -t '%s' {} +",
			 from, to);

	if (n < 0 || (size_t)n >= sizeof(command))
		return -ENAMETOOLONG;
	status = system(command);
	if (status)
		fprintf(stderr, "%s: status %#x, %s\n", command, status,
			strerror(errno));
	return status ? -EIO : 0;
}

/* The user may be unable to reach the build folder. */
static int place_programs(struct run_place *place)
{
	char path[PATH_MAX];
	int r;

	snprintf(place->ktrace, sizeof(place->ktrace), "%s", KTRACE_U);
	snprintf(place->ktruss, sizeof(place->ktruss), "%s", KTRUSS_U);
	snprintf(place->kaudit, sizeof(place->kaudit), "%s", KAUDIT_U);
	snprintf(place->programs, sizeof(place->programs), "%s", PROG_DIR);
	if (user_may(place, KTRACE_U, X_OK) &&
	    user_may(place, PROG_DIR, R_OK | X_OK))
		return 0;
	if (mkdir(run_place_file(place, ".bin", path), 0755) < 0)
		return -errno;
	run_place_file(place, ".bin/ktrace-u", place->ktrace);
	run_place_file(place, ".bin/ktruss-u", place->ktruss);
	run_place_file(place, ".bin/kaudit-u", place->kaudit);
	r = copy_program(KTRACE_U, place->ktrace);
	if (!r)
		r = copy_program(KTRUSS_U, place->ktruss);
	if (!r)
		r = copy_program(KAUDIT_U, place->kaudit);
	if (r < 0)
		return r;
	run_place_file(place, ".programs", path);
	memcpy(place->programs, path, sizeof(path));
	if (mkdir(path, 0755) < 0)
		return -errno;
	return copy_programs(PROG_DIR, path);
}

int run_place_open(struct run_place *ret, enum run_user user)
{
	const char *base = getenv("TMPDIR");
	struct run_place place = { .uid = geteuid(), .gid = getegid() };

	*ret = (struct run_place){ 0 };
	if (!base || !user_may(&place, base, W_OK | X_OK))
		base = "/tmp";
	snprintf(place.path, sizeof(place.path), "%s/ktrace-u.XXXXXX", base);
	if (!mkdtemp(place.path))
		return -errno;
	if (user == RUN_AS_ORDINARY && place.uid == 0) {
		place.drops = true;
		place.uid = ORDINARY_UID;
		place.gid = ORDINARY_GID;
	}
	*ret = place;
	if (chown(place.path, place.uid, place.gid) < 0)
		return -errno;
	return place_programs(ret);
}

static int remove_entry(const char *path, const struct stat *status, int flag,
			struct FTW *walk)
{
	(void)status;
	(void)flag;
	(void)walk;
	remove(path);
	return 0;
}

void run_place_close(struct run_place *place)
{
	if (place->path[0])
		nftw(place->path, remove_entry, 32, FTW_DEPTH | FTW_PHYS);
	place->path[0] = '\0';
}

bool run_has(const struct run_place *place, const char *program)
{
	static const char *const folders[] = { "/usr/local/bin", "/usr/bin",
					       "/bin", "/usr/sbin", "/sbin" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], program);
		if (user_may(place, path, X_OK))
			return true;
	}
	return false;
}

int run_read_file(struct text *ret, const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char piece[65536];
	ssize_t got;

	if (fd < 0)
		return -errno;
	while ((got = fd_read_full(fd, piece, sizeof(piece))) > 0)
		text_bytes(ret, piece, (size_t)got);
	return (int)got;
}
