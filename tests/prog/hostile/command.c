/*
 * By calls that do something by a command, or by a name of no file: command
 * HOW. Most of them fail: they are told as they were tried.
 */
#include "hostile.h"

#include <fcntl.h>
#include <mqueue.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/fs.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>

#define KEY 0x6b747275

static void by_typing(void)
{
	ioctl(STDIN_FILENO, TIOCSTI, "x");
}

/* More bits than the kernel looks at. */
static void by_wide_typing(void)
{
	syscall(SYS_ioctl, STDIN_FILENO, UINT64_C(0x100000000) | TIOCSTI, "x");
}

static void by_linux(void)
{
	char code = 3;

	ioctl(STDIN_FILENO, TIOCLINUX, &code);
}

static void by_flags(void)
{
	int fd = open(SECRET, O_RDONLY | O_CLOEXEC);
	long flags = 0;

	ioctl(fd, FS_IOC_SETFLAGS, &flags);
	close(fd);
}

static void by_interface(void)
{
	struct ifreq request = { .ifr_name = "none" };

	ioctl(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), SIOCSIFFLAGS,
	      &request);
}

/* It is none of the job, whoever that is. */
static void by_owner(void)
{
	int pid = 1;

	ioctl(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), FIOSETOWN, &pid);
}

static void by_owner_ex(void)
{
	struct f_owner_ex owner = { F_OWNER_PID, 1 };

	fcntl(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), F_SETOWN_EX,
	      &owner);
}

/* To a tick that no kernel takes. */
static void by_clock(void)
{
	struct timex wrong = { .modes = ADJ_TICK, .tick = 0 };

	clock_adjtime(CLOCK_REALTIME, &wrong);
}

static void by_queue(void)
{
	mq_unlink("/ktrace-u.none");
}

static void by_memory(void)
{
	(void)shmget(KEY, 4096, 0600);
}

static void by_semaphore(void)
{
	(void)semget(KEY, 1, 0600);
}

static void by_message(void)
{
	msgget(KEY, 0600);
}

/* None of these is anything. */
static void by_asking(void)
{
	struct timex clock = { .modes = 0 };
	struct winsize size;

	clock_adjtime(CLOCK_REALTIME, &clock);
	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	shmctl(shmget(IPC_PRIVATE, 4096, 0600), IPC_RMID, NULL);
}

static const struct {
	const char *name;
	void (*by)(void);
} ways[] = {
	{ "type", by_typing },         { "type-wide", by_wide_typing },
	{ "linux", by_linux },         { "flags", by_flags },
	{ "interface", by_interface }, { "owner", by_owner },
	{ "owner-ex", by_owner_ex },   { "clock", by_clock },
	{ "queue", by_queue },         { "memory", by_memory },
	{ "semaphore", by_semaphore }, { "message", by_message },
	{ "asking", by_asking },
};

enum outcome command(char **words)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (words[0] && !strcmp(words[0], ways[i].name)) {
			ways[i].by();
			return DID;
		}
	return FAILED;
}
