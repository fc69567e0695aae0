/*
 * Does one thing that a sandbox may forbid, and says how that went: the name of
 * the errno, or "ok". Ends with 0 if it worked, else with 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>

static int do_nothing(const char *argument)
{
	(void)argument;
	return 0;
}

static int do_write(const char *argument)
{
	return open(argument, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
}

static int do_read(const char *argument)
{
	return open(argument, O_RDONLY | O_CLOEXEC);
}

static int do_change(const char *argument)
{
	return chmod(argument, 0600);
}

static int do_ptrace(const char *argument)
{
	(void)argument;
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int do_unshare(const char *argument)
{
	(void)argument;
	return unshare(CLONE_NEWUSER);
}

static int do_connect(const char *argument)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((in_port_t)atoi(argument)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	return connect(fd, (const struct sockaddr *)&address, sizeof(address));
}

static const struct {
	const char *name;
	int (*act)(const char *argument);
} acts[] = {
	{ "nothing", do_nothing }, { "write", do_write },
	{ "read", do_read },       { "change", do_change },
	{ "ptrace", do_ptrace },   { "unshare", do_unshare },
	{ "connect", do_connect },
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(name, acts[i].name) != 0)
			continue;
		if (acts[i].act(argc > 2 ? argv[2] : "") < 0) {
			puts(strerrorname_np(errno));
			return 1;
		}
		puts("ok");
		return 0;
	}
	puts("usage");
	return 2;
}
