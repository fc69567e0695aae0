/*
 * The same things by other names: files without a name, through descriptors,
 * removed ones, roots of their own, layers; sockets, and connections that come
 * about later; names
 * of hosts. Does what its argument says, in the working directory; 77: this
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
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
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
	if (bind(fd, (const void *)ret, length) ||
	    getsockname(fd, (void *)ret, &length))
		return -1;
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

/* ---- names of hosts ---- */

/* "h.example.org is 127.0.0.9" */
static const char answer[] = "\0\7\x81\x80\0\1\0\1\0\0\0\0"
			     "\1h\7example\3org\0\0\1\0\1"
			     "\300\14\0\1\0\1\0\0\0\7\0\4\177\0\0\11";

static struct sockaddr_in local_name(unsigned last, unsigned port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000000u + last),
		.sin_port = htons((uint16_t)port),
	};
}

/* A network of one's own has a loopback device that is down. */
static void own_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	unshare(CLONE_NEWUSER | CLONE_NEWNET);
	ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &request);
}

/* -1: it may not, even there. */
static int name_server(const struct sockaddr_in *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (!bind(fd, (const void *)name, sizeof(*name)))
		return fd;
	own_network();
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	return bind(fd, (const void *)name, sizeof(*name)) ? -1 : fd;
}

/* Data goes from the server to a client that is, or is not, connected. */
static int receive(int from, const struct sockaddr_in *name, const char *data,
		   size_t length, int is_connected)
{
	struct sockaddr_in client = local_name(1, 0), sender;
	socklen_t size = sizeof(client);
	char buffer[512];
	struct iovec piece = { buffer, sizeof(buffer) };
	struct msghdr message = {
		&sender, sizeof(sender), &piece, 1, NULL, 0, 0
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (bind(fd, (const void *)&client, size) ||
	    getsockname(fd, (void *)&client, &size) ||
	    (is_connected && connect(fd, (const void *)name, sizeof(*name))) ||
	    sendto(from, data, length, 0, (const void *)&client, size) < 0)
		return 1;
	return is_connected ? recv(fd, buffer, sizeof(buffer), 0) < 0
			    : recvmsg(fd, &message, 0) < 0;
}

static int ask(int is_connected)
{
	static const char secret[] = "nobody's business";
	struct sockaddr_in server = local_name(53, 53);
	struct sockaddr_in other = local_name(2, 0), host = local_name(9, 5353);
	socklen_t size = sizeof(other);
	int fd = name_server(&server), bystander;

	if (fd < 0)
		return NOT_HERE;
	bystander = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(bystander, (const void *)&other, size) ||
	    getsockname(bystander, (void *)&other, &size) ||
	    receive(bystander, &other, secret, sizeof(secret), is_connected) ||
	    receive(fd, &server, answer, sizeof(answer) - 1, is_connected))
		return 1;
	return connect(socket(AF_INET, SOCK_DGRAM, 0), (const void *)&host,
		       sizeof(host)) != 0;
}

static int named(void)
{
	return ask(1);
}

static int named_by_message(void)
{
	return ask(0);
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
	{ "named", named },
	{ "named_by_message", named_by_message },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (!strcmp(argv[1], acts[i].name))
			return acts[i].act();
	return 2;
}
