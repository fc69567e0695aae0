/*
 * The same things by other names: files without a name, through descriptors,
 * removed ones, roots of their own, layers; sockets, and connections that come
 * about later. Does what its argument says, in the working directory; 77: this
 * machine does not let it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define NOT_HERE 77

static int make(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static int by_descriptor(int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags);
}

static int unnamed(void)
{
	char path[32];
	int fd = open(".", O_TMPFILE | O_RDWR, 0600);

	if (fd < 0)
		return NOT_HERE;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW)
		   ? NOT_HERE
		   : 0;
}

/* As programs do that change a link's mode, or look for nobody's tricks. */
static int descriptor(void)
{
	char path[32], below[48];
	int fd = make("secret"), directory;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (by_descriptor(fd, O_WRONLY) < 0 || chmod(path, 0640) ||
	    linkat(AT_FDCWD, path, AT_FDCWD, "copy", AT_SYMLINK_FOLLOW) ||
	    mkdir("dir", 0700) || make("dir/x") < 0)
		return 1;
	directory = open("dir", O_PATH | O_DIRECTORY);
	snprintf(below, sizeof(below), "/dev/fd/%d/x", directory);
	return unlink(below);
}

static int removed(void)
{
	int fd = make("gone");

	return unlink("gone") || by_descriptor(fd, O_RDONLY) < 0;
}

static int linked(void)
{
	make("one");
	return link("one", "two") || unlink("one") || open("two", O_RDONLY) < 0;
}

/* The directory gets another name while somebody is in it. */
static int moved(void)
{
	return mkdir("before", 0700) || chdir("before") ||
	       rename("../before", "../after") || make("x") < 0 || unlink("x");
}

static int rooted(void)
{
	if (mkdir("root", 0700) || mkdir("root/etc", 0700))
		return 1;
	if (chroot("root") || chdir("/"))
		return NOT_HERE;
	return make("/etc/x") < 0 || make("etc/y") < 0 || unlink("/etc/x");
}

static int layered(void)
{
	if (mkdir("low", 0700) || mkdir("up", 0700) || mkdir("work", 0700) ||
	    mkdir("both", 0700) || make("low/f") < 0)
		return 1;
	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "both", "overlay", 0,
		  "lowerdir=low,upperdir=up,workdir=work"))
		return NOT_HERE;
	return open("both/f", O_RDONLY) < 0 || open("both/f", O_RDWR) < 0 ||
	       make("both/g") < 0 || unlink("both/g");
}

/* ---- sockets ---- */

static int local(void)
{
	const struct sockaddr_un name = { AF_UNIX, "sock" };
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	int client = socket(AF_UNIX, SOCK_STREAM, 0);

	return bind(server, (const void *)&name, sizeof(name)) ||
	       listen(server, 1) ||
	       connect(client, (const void *)&name, sizeof(name)) ||
	       accept(server, NULL, NULL) < 0;
}

static int server(struct sockaddr_in *ret)
{
	socklen_t length = sizeof(*ret);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*ret = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	bind(fd, (const void *)ret, length);
	getsockname(fd, (void *)ret, &length);
	printf("%d\n", ntohs(ret->sin_port));
	return fd;
}

static int begin(const struct sockaddr_in *name)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	if (!connect(fd, (const void *)name, sizeof(*name)) ||
	    errno != EINPROGRESS)
		return -1;
	poll(&ready, 1, -1);
	return fd;
}

static int outcome(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	return error;
}

static int later(void)
{
	struct sockaddr_in name;
	int fd = server(&name);

	return listen(fd, 1) || outcome(begin(&name)) ||
	       accept(fd, NULL, NULL) < 0;
}

/* Nobody listens there. */
static int refused(void)
{
	struct sockaddr_in name;

	server(&name);
	return outcome(begin(&name)) != ECONNREFUSED;
}

/* It is told by what reads. */
static int refused_to_read(void)
{
	struct sockaddr_in name;
	char byte;

	server(&name);
	return read(begin(&name), &byte, 1) != -1 || errno != ECONNREFUSED;
}

static int again(void)
{
	struct sockaddr_in name;
	int fd = server(&name), client;

	listen(fd, 1);
	client = begin(&name);
	return connect(client, (const void *)&name, sizeof(name)) &&
	       errno != EISCONN;
}

static const struct {
	const char *name;
	int (*act)(void);
} acts[] = {
	{ "unnamed", unnamed },
	{ "descriptor", descriptor },
	{ "removed", removed },
	{ "linked", linked },
	{ "moved", moved },
	{ "rooted", rooted },
	{ "layered", layered },
	{ "local", local },
	{ "later", later },
	{ "refused", refused },
	{ "refused_to_read", refused_to_read },
	{ "again", again },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (!strcmp(argv[1], acts[i].name))
			return acts[i].act();
	return 2;
}
