/*
 * Calls that take and give structures, and what is in each of them. The numbers
 * are this program's own: the headers of its ABI say where they lie.
 * usage: structs
 */
#include "old.h"
#include "say.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>

/* A long of the kernel, whatever the C library's types are. */
struct pair {
	long first, second;
};

/* What the C library would not call by these names. */
#ifdef __i386__
#define FSTAT     fstat64
#define GETGROUPS getgroups32
#define GETRESUID getresuid32
#define GETRLIMIT ugetrlimit
#else
#define FSTAT     fstat
#define GETGROUPS getgroups
#define GETRESUID getresuid
#define GETRLIMIT getrlimit
#endif
#define say_own(name, ...) say_call(name, __VA_ARGS__)

/* What was opened before anything was said. */
static struct {
	int null;
	int locks;
	int poller;
	int inet;
	int local;
	int terminal;
	pid_t self;
	pid_t child;
	pid_t sleeper; /* until this ends */
} ready;

static const char null_name[] = "/dev/null";

#define POINTER(pointer) ((long)(pointer))
#define LL(number)       ((long long)(number))
#define ULL(number)      ((unsigned long long)(number))

static void say_times(const char *name, const char *small,
		      const struct pair *time)
{
	say_struct("%s { tv_sec=%ld, %s=%ld }", name, time->first, small,
		   time->second);
}

/* ---- time ---- */

static void clocks(void)
{
	struct pair spec = { 0, 1000 }, value = { 0, 0 };
	int zone[2] = { 1, 1 };

	/* Nothing was left to sleep. */
	say_call(nanosleep, POINTER(&spec), POINTER(&value));
	say_times("timespec", "tv_nsec", &spec);
	say_return();
	say_call(clock_nanosleep, CLOCK_MONOTONIC, 0, POINTER(&spec),
		 POINTER(&value));
	say_times("timespec", "tv_nsec", &spec);
	say_return();
	say_call(clock_gettime, CLOCK_REALTIME, POINTER(&value));
	say_times("timespec", "tv_nsec", &value);
	say_return();
	say_call(gettimeofday, POINTER(&value), POINTER(zone));
	say_times("timeval", "tv_usec", &value);
	say_struct("timezone { tz_minuteswest=%d, tz_dsttime=%d }", zone[0],
		   zone[1]);
	say_return();
	/* A pointer to nothing is none: no record of it. */
	say_call(gettimeofday, 0, 0);
	say_return();
	/* One to where nothing is fails, and makes none either. */
	say_call(clock_gettime, CLOCK_REALTIME, 8);
	say_return();
}

static void say_timer(const char *name, const char *small,
		      const struct pair timer[2])
{
	say_struct("%s { it_interval={ tv_sec=%ld, %s=%ld }, "
		   "it_value={ tv_sec=%ld, %s=%ld } }",
		   name, timer[0].first, small, timer[0].second, timer[1].first,
		   small, timer[1].second);
}

static void timers(void)
{
	struct pair set[2] = { { 7, 8 }, { 9000, 10 } };
	struct pair old[2] = { { 1, 1 }, { 1, 1 } };
	struct sigevent event = { .sigev_notify = SIGEV_NONE,
				  .sigev_signo = SIGUSR1,
				  .sigev_value.sival_ptr = (void *)0x1234 };
	int id = -1;

	say_call(setitimer, ITIMER_REAL, POINTER(set), POINTER(old));
	say_timer("itimerval", "tv_usec", set);
	say_timer("itimerval", "tv_usec", old);
	say_return();
	say_call(getitimer, ITIMER_REAL, POINTER(old));
	say_timer("itimerval", "tv_usec", old);
	say_return();
	memset(set, 0, sizeof(set));
	say_call(setitimer, ITIMER_REAL, POINTER(set), 0);
	say_timer("itimerval", "tv_usec", set);
	say_return();
	say_call(timer_create, CLOCK_MONOTONIC, POINTER(&event), POINTER(&id));
	say_struct("sigevent { sigev_value=0x1234, sigev_signo=%d, "
		   "sigev_notify=%d, sigev_notify_thread_id=0 }",
		   SIGUSR1, SIGEV_NONE);
	say_struct("timer_id { %d }", id);
	say_return();
	set[1].first = 5;
	say_call(timer_settime, id, 0, POINTER(set), POINTER(old));
	say_timer("itimerspec", "tv_nsec", set);
	say_timer("itimerspec", "tv_nsec", old);
	say_return();
	say_simple(timer_delete, id);
}

/* ---- files ---- */

static void say_stat(const struct stat64 *stat)
{
	bool links_late = sizeof(long) == 4 || sizeof(*stat) == 128;
	char mode[48];

	if (links_late)
		snprintf(mode, sizeof(mode), "st_mode=%#o, st_nlink=%llu",
			 stat->st_mode, ULL(stat->st_nlink));
	else
		snprintf(mode, sizeof(mode), "st_nlink=%llu, st_mode=%#o",
			 ULL(stat->st_nlink), stat->st_mode);
	say_line("STRU stat { st_dev=%#llx, ", ULL(stat->st_dev));
	if (sizeof(long) == 8)
		say_line("st_ino=%llu, ", ULL(stat->st_ino));
	say_line("%s, st_uid=%u, st_gid=%u, st_rdev=%#llx, st_size=%lld, "
		 "st_blksize=%ld, st_blocks=%lld, st_atime=%lld, "
		 "st_atime_nsec=%ld, st_mtime=%lld, st_mtime_nsec=%ld, "
		 "st_ctime=%lld, st_ctime_nsec=%ld",
		 mode, stat->st_uid, stat->st_gid, ULL(stat->st_rdev),
		 LL(stat->st_size), (long)stat->st_blksize, LL(stat->st_blocks),
		 LL(stat->st_atim.tv_sec), (long)stat->st_atim.tv_nsec,
		 LL(stat->st_mtim.tv_sec), (long)stat->st_mtim.tv_nsec,
		 LL(stat->st_ctim.tv_sec), (long)stat->st_ctim.tv_nsec);
	if (sizeof(long) == 4)
		say_line(", st_ino=%llu", ULL(stat->st_ino));
	say_line(" }\n");
}

static void say_statx_time(const char *name, const struct statx_timestamp *time)
{
	say_line("%s={ tv_sec=%lld, tv_nsec=%u }, ", name, LL(time->tv_sec),
		 time->tv_nsec);
}

/* What newer kernels have behind it this C library does not name. */
static void say_statx(const struct statx *statx)
{
	const uint32_t *late = (const uint32_t *)((const char *)statx + 0x98);
	uint64_t subvol;

	memcpy(&subvol, late + 2, sizeof(subvol));
	say_line("STRU statx { stx_mask=%#x, stx_blksize=%u, "
		 "stx_attributes=%#llx, stx_nlink=%u, stx_uid=%u, stx_gid=%u, "
		 "stx_mode=%#o, stx_ino=%llu, stx_size=%llu, stx_blocks=%llu, "
		 "stx_attributes_mask=%#llx, ",
		 statx->stx_mask, statx->stx_blksize,
		 ULL(statx->stx_attributes), statx->stx_nlink, statx->stx_uid,
		 statx->stx_gid, statx->stx_mode, ULL(statx->stx_ino),
		 ULL(statx->stx_size), ULL(statx->stx_blocks),
		 ULL(statx->stx_attributes_mask));
	say_statx_time("stx_atime", &statx->stx_atime);
	say_statx_time("stx_btime", &statx->stx_btime);
	say_statx_time("stx_ctime", &statx->stx_ctime);
	say_statx_time("stx_mtime", &statx->stx_mtime);
	say_line("stx_rdev_major=%u, stx_rdev_minor=%u, stx_dev_major=%u, "
		 "stx_dev_minor=%u, stx_mnt_id=%llu, stx_dio_mem_align=%u, "
		 "stx_dio_offset_align=%u, stx_subvol=%#llx, "
		 "stx_atomic_write_unit_min=%u, stx_atomic_write_unit_max=%u, "
		 "stx_atomic_write_segments_max=%u, "
		 "stx_dio_read_offset_align=%u, "
		 "stx_atomic_write_unit_max_opt=%u }\n",
		 statx->stx_rdev_major, statx->stx_rdev_minor,
		 statx->stx_dev_major, statx->stx_dev_minor,
		 ULL(statx->stx_mnt_id), late[0], late[1], ULL(subvol), late[4],
		 late[5], late[6], late[7], late[8]);
}

static void say_statfs(const struct statfs64 *fs)
{
	int id[2];

	memcpy(id, &fs->f_fsid, sizeof(id));
	say_struct("statfs { f_type=%#llx, f_bsize=%lld, f_blocks=%llu, "
		   "f_bfree=%llu, f_bavail=%llu, f_files=%llu, f_ffree=%llu, "
		   "f_fsid=[ %d, %d ], f_namelen=%lld, f_frsize=%lld, "
		   "f_flags=%#llx }",
		   ULL(fs->f_type), LL(fs->f_bsize), ULL(fs->f_blocks),
		   ULL(fs->f_bfree), ULL(fs->f_bavail), ULL(fs->f_files),
		   ULL(fs->f_ffree), id[0], id[1], LL(fs->f_namelen),
		   LL(fs->f_frsize), ULL(fs->f_flags));
}

/* Called by a descriptor where it can be: paths have records of their own. */
static void files(void)
{
	struct open_how how = { .flags = O_RDWR | O_CREAT,
				.mode = 0640,
				.resolve = RESOLVE_BENEATH };
	struct pair times[2] = { { 1000000000, 5 }, { 1000000001, 6 } };
	int fd = ready.null;
	struct stat64 stat;
	struct statx statx;
	struct statfs64 fs;

	memset(&statx, 0, sizeof(statx));
	say_own(FSTAT, fd, POINTER(&stat));
	say_stat(&stat);
	say_return();
	say_call(statx, AT_FDCWD, POINTER(null_name), 0,
		 STATX_BASIC_STATS | STATX_BTIME, POINTER(&statx));
	say_name(null_name);
	say_statx(&statx);
	say_return();
#ifdef __i386__
	say_call(fstatfs64, fd, sizeof(fs), POINTER(&fs));
#else
	say_call(fstatfs, fd, POINTER(&fs));
#endif
	say_statfs(&fs);
	say_return();
	say_call(utimensat, -1, 0, POINTER(times), 0);
	say_struct("timespec[2] { { tv_sec=1000000000, tv_nsec=5 }, "
		   "{ tv_sec=1000000001, tv_nsec=6 } }");
	say_return();
	say_call(openat2, -1, 0, POINTER(&how), sizeof(how));
	say_struct("open_how { flags=%#o, mode=0640, resolve=%#x }",
		   O_RDWR | O_CREAT, RESOLVE_BENEATH);
	say_return();
}

static void say_lock(const struct flock *lock)
{
	say_struct("flock { l_type=%d, l_whence=%d, l_start=%ld, l_len=%ld, "
		   "l_pid=%d }",
		   lock->l_type, lock->l_whence, (long)lock->l_start,
		   (long)lock->l_len, lock->l_pid);
}

static void locks(void)
{
	struct flock lock = { .l_type = F_WRLCK,
			      .l_whence = SEEK_SET,
			      .l_start = 5,
			      .l_len = 6 };
	struct flock asked;
	int fd = ready.locks;

	say_call(fcntl, fd, F_SETLK, POINTER(&lock));
	say_lock(&lock);
	say_return();
	lock.l_start = 7;
	asked = lock;
	say_call(fcntl, fd, F_GETLK, POINTER(&lock));
	say_lock(&asked);
	say_lock(&lock);
	say_return();
	/* No structure goes with this one. */
	say_simple(fcntl, fd, F_GETFD, 0);
}

/* ---- waiting ---- */

/* Newer machines have ppoll alone. */
static void plain_poll(int fd)
{
#ifdef SYS_poll
	struct pollfd polled[2] = { { fd, POLLOUT, 0 }, { .fd = -1 } };

	say_call(poll, POINTER(polled), 2, 1000);
	say_struct("pollfd[2] { { fd=%d, events=0x4, revents=0 }, "
		   "{ fd=-1, events=0, revents=0 } }",
		   fd);
	say_struct("pollfd[2] { { fd=%d, events=0x4, revents=0x4 }, "
		   "{ fd=-1, events=0, revents=0 } }",
		   fd);
	say_return();
	/* No items: the name alone. */
	say_call(poll, POINTER(polled), 0, 0);
	say_struct("pollfd[0], 8 bytes each");
	say_struct("pollfd[0], 8 bytes each");
	say_return();
#else
	(void)fd;
#endif
}

static void polls(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0x123456 };
	uint64_t mask = 0x800;
	struct pair pointer = { POINTER(&mask), sizeof(mask) };
	unsigned long set = 0;
	struct pair timeout = { 3, 0 };
	int poller = ready.poller;
	int fds[2];

	say_call(pipe2, POINTER(fds), O_CLOEXEC);
	say_struct("fd_pair { first=%d, second=%d }", fds[0], fds[1]);
	say_return();
	plain_poll(fds[1]);
	say_call(epoll_ctl, poller, EPOLL_CTL_ADD, fds[0], POINTER(&event));
	say_struct("epoll_event { events=0x1, data=0x123456 }");
	say_return();
	say_call(write, fds[1], POINTER("x"), 1);
	say_data(fds[1], 'w', "x", 1);
	say_return();
	memset(&event, 0, sizeof(event));
	say_old(epoll_wait, poller, POINTER(&event), 1, 1000);
	say_struct("epoll_event[1] { { events=0x1, data=0x123456 } }");
	say_return();
	set = 1ul << fds[0];
	say_call(pselect6, fds[0] + 1, POINTER(&set), 0, 0, POINTER(&timeout),
		 POINTER(&pointer));
	say_struct("fd_set { %d }", fds[0]);
	say_struct("timespec { tv_sec=3, tv_nsec=0 }");
	say_struct("sigset { 0x800 }");
	say_struct("fd_set { %d }", fds[0]);
	say_times("timespec", "tv_nsec", &timeout);
	say_return();
}

/* ---- signals ---- */

/* The kernel's, which is not the C library's. */
struct action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	uint32_t mask[2];
};

static void say_action(const struct action *action)
{
	uint64_t mask = action->mask[0] | (uint64_t)action->mask[1] << 32;

	say_struct("sigaction { sa_handler=%#lx, sa_flags=%#lx, "
		   "sa_restorer=%#lx, sa_mask=%#llx }",
		   POINTER(action->handler), action->flags,
		   POINTER(action->restorer), ULL(mask));
}

static void signals(void)
{
	struct action ignore = { .handler = SIG_IGN,
				 .flags = SA_RESTART,
				 .mask = { 0x10000, 2 } };
	struct action old = { .flags = 0x1234 };
	uint64_t block = 1 << (SIGUSR1 - 1), before = 1;
	stack_t stack = { .ss_sp = say.text, .ss_size = 65536 };
	struct pair timeout = { 5, 0 };
	siginfo_t info;

	say_call(rt_sigaction, SIGUSR2, POINTER(&ignore), POINTER(&old), 8);
	say_action(&ignore);
	say_action(&old);
	say_return();
	say_call(rt_sigprocmask, SIG_BLOCK, POINTER(&block), POINTER(&before),
		 8);
	say_struct("sigset { %#llx }", ULL(block));
	if (before)
		say_struct("sigset { %#llx }", ULL(before));
	else
		say_struct("sigset { 0 }");
	say_return();
	say_call(sigaltstack, POINTER(&stack), 0);
	say_struct("stack_t { ss_sp=%#lx, ss_flags=0, ss_size=65536 }",
		   POINTER(stack.ss_sp));
	say_return();
	say_simple(kill, ready.self, SIGUSR1);
	say_call(rt_sigpending, POINTER(&before), 8);
	say_struct("sigset { %#llx }", ULL(block));
	say_return();
	say_call(rt_sigtimedwait, POINTER(&block), POINTER(&info),
		 POINTER(&timeout), 8);
	say_struct("sigset { %#llx }", ULL(block));
	say_struct("timespec { tv_sec=5, tv_nsec=0 }");
	say_struct("siginfo { si_signo=%d, si_errno=0, si_code=%d, si_pid=%d, "
		   "si_uid=%d }",
		   SIGUSR1, SI_USER, ready.self, info.si_uid);
	say_return();
	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	info.si_pid = 7;
	info.si_value.sival_ptr = (void *)0x1234;
	say_call(rt_sigqueueinfo, ready.self, SIGUSR1, POINTER(&info));
	say_struct("siginfo { si_signo=0, si_errno=0, si_code=%d, si_pid=7, "
		   "si_uid=0, si_value=0x1234 }",
		   SI_QUEUE);
	say_return();
}

/* ---- sockets ---- */

static void addresses(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	/* sockaddr_in: 127.0.0.1, any port. */
	uint8_t inet[16] = { 2, 0, 0, 0, 127, 0, 0, 1 };
	unsigned length = sizeof(inet);
	int fd = ready.inet;
	int one = 1;

	say_call(bind, fd, POINTER(inet), sizeof(inet));
	say_struct("sockaddr { AF_INET, 127.0.0.1:0 }");
	say_return();
	say_call(getsockname, fd, POINTER(inet), POINTER(&length));
	say_struct("sockaddr { AF_INET, 127.0.0.1:%u }",
		   (unsigned)inet[2] << 8 | inet[3]);
	say_return();
	memcpy(name.sun_path, "\0structs: nobody", 16);
	say_call(connect, ready.local, POINTER(&name), 2 + 16);
	say_struct("sockaddr { AF_UNIX, @structs: nobody }");
	say_return();
	say_call(setsockopt, fd, SOL_SOCKET, SO_KEEPALIVE, POINTER(&one), 4);
	say_struct("socket_option { 1 }");
	say_return();
	length = sizeof(one);
	one = 77;
	say_call(getsockopt, fd, SOL_SOCKET, SO_TYPE, POINTER(&one),
		 POINTER(&length));
	say_struct("socket_option { %d }", SOCK_STREAM);
	say_return();
}

static void say_header(const struct msghdr *header)
{
	say_struct("msghdr { msg_name=%#lx, msg_namelen=%u, msg_iov=%#lx, "
		   "msg_iovlen=%lu, msg_control=%#lx, msg_controllen=%lu, "
		   "msg_flags=%#x }",
		   POINTER(header->msg_name), header->msg_namelen,
		   POINTER(header->msg_iov), (unsigned long)header->msg_iovlen,
		   POINTER(header->msg_control),
		   (unsigned long)header->msg_controllen,
		   (unsigned)header->msg_flags);
}

static void say_vector(const struct iovec *vector)
{
	say_struct("iovec[1] { { iov_base=%#lx, iov_len=%lu } }",
		   POINTER(vector->iov_base), (unsigned long)vector->iov_len);
}

static void put_descriptor(struct msghdr *header, int fd)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);

	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(control), &fd, sizeof(fd));
	header->msg_controllen = CMSG_SPACE(sizeof(fd));
}

static void messages(void)
{
	long room[32] = { 0 };
	char data[4] = "abc";
	struct iovec vector = { data, 3 };
	struct msghdr header = { .msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = room,
				 .msg_controllen = sizeof(room) };
	int fds[2], got;

	say_call(socketpair, AF_UNIX, SOCK_SEQPACKET, 0, POINTER(fds));
	say_struct("fd_pair { first=%d, second=%d }", fds[0], fds[1]);
	say_return();
	put_descriptor(&header, fds[0]);
	say_call(sendmsg, fds[0], POINTER(&header), 0);
	say_header(&header);
	say_vector(&vector);
	say_struct("cmsghdr { { level=%d, type=%d, fds=[ %d ] } }", SOL_SOCKET,
		   SCM_RIGHTS, fds[0]);
	say_data(fds[0], 'w', "abc", 3);
	say_return();
	header.msg_controllen = sizeof(room);
	say_call(recvmsg, fds[1], POINTER(&header), 0);
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof(got));
	say_header(&header);
	say_vector(&vector);
	say_struct("cmsghdr { { level=%d, type=%d, fds=[ %d ] } }", SOL_SOCKET,
		   SCM_RIGHTS, got);
	say_data(fds[1], 'r', "abc", 3);
	say_return();
	say_call(writev, fds[0], POINTER(&vector), 1);
	say_vector(&vector);
	say_data(fds[0], 'w', "abc", 3);
	say_return();
}

/* ---- terminals ---- */

static void terminals(void)
{
	unsigned short size[4] = { 24, 80, 0, 0 };
	int fd = ready.terminal;
	unsigned flags[4] = { 0 };
	uint16_t old[4];
	uint8_t termios[36];
	int lock = 0;

	if (fd < 0)
		return;
	say_call(ioctl, fd, TIOCSWINSZ, POINTER(size));
	say_struct("winsize { ws_row=24, ws_col=80, ws_xpixel=0, "
		   "ws_ypixel=0 }");
	say_return();
	memset(size, 0, sizeof(size));
	say_call(ioctl, fd, TIOCGWINSZ, POINTER(size));
	say_struct("winsize { ws_row=24, ws_col=80, ws_xpixel=0, "
		   "ws_ypixel=0 }");
	say_return();
	say_call(ioctl, fd, TCGETS, POINTER(termios));
	memcpy(flags, termios, sizeof(flags));
	say_line("STRU termios { c_iflag=%#x, c_oflag=%#x, c_cflag=%#x, "
		 "c_lflag=%#x, c_line=%u, c_cc=[",
		 flags[0], flags[1], flags[2], flags[3], termios[16]);
	for (int i = 0; i < 19; i++)
		say_line("%s%u", i ? ", " : " ", termios[17 + i]);
	say_line(" ] }\n");
	say_return();
	say_call(ioctl, fd, TCGETA, POINTER(termios));
	memcpy(old, termios, sizeof(old));
	say_line("STRU termio { c_iflag=%#x, c_oflag=%#x, c_cflag=%#x, "
		 "c_lflag=%#x, c_line=%u, c_cc=[",
		 old[0], old[1], old[2], old[3], termios[8]);
	for (int i = 0; i < 8; i++)
		say_line("%s%u", i ? ", " : " ", termios[9 + i]);
	say_line(" ] }\n");
	say_return();
	/* In no table: its number says that four bytes go in. */
	say_call(ioctl, fd, TIOCSPTLCK, POINTER(&lock));
	say_struct("ioctl, 4 bytes");
	say_return();
}

/* ---- processes ---- */

static void say_usage(const struct rusage *usage)
{
	say_struct("rusage { ru_utime={ tv_sec=%ld, tv_usec=%ld }, "
		   "ru_stime={ tv_sec=%ld, tv_usec=%ld }, ru_maxrss=%ld, "
		   "ru_ixrss=%ld, ru_idrss=%ld, ru_isrss=%ld, ru_minflt=%ld, "
		   "ru_majflt=%ld, ru_nswap=%ld, ru_inblock=%ld, "
		   "ru_oublock=%ld, ru_msgsnd=%ld, ru_msgrcv=%ld, "
		   "ru_nsignals=%ld, ru_nvcsw=%ld, ru_nivcsw=%ld }",
		   (long)usage->ru_utime.tv_sec, (long)usage->ru_utime.tv_usec,
		   (long)usage->ru_stime.tv_sec, (long)usage->ru_stime.tv_usec,
		   usage->ru_maxrss, usage->ru_ixrss, usage->ru_idrss,
		   usage->ru_isrss, usage->ru_minflt, usage->ru_majflt,
		   usage->ru_nswap, usage->ru_inblock, usage->ru_oublock,
		   usage->ru_msgsnd, usage->ru_msgrcv, usage->ru_nsignals,
		   usage->ru_nvcsw, usage->ru_nivcsw);
}

static void limits(void)
{
	uint64_t limit[2] = { 100, 200 };
	long old[2];
	struct rusage usage;

	say_call(prlimit64, 0, RLIMIT_CORE, 0, POINTER(limit));
	say_struct("rlimit { rlim_cur=%llu, rlim_max=%llu }", ULL(limit[0]),
		   ULL(limit[1]));
	say_return();
	limit[0] = 0;
	say_call(prlimit64, 0, RLIMIT_CORE, POINTER(limit), 0);
	say_struct("rlimit { rlim_cur=0, rlim_max=%llu }", ULL(limit[1]));
	say_return();
	say_own(GETRLIMIT, RLIMIT_NOFILE, POINTER(old));
	say_struct("rlimit { rlim_cur=%lu, rlim_max=%lu }", old[0], old[1]);
	say_return();
	say_call(getrusage, RUSAGE_SELF, POINTER(&usage));
	say_usage(&usage);
	say_return();
}

static void children(void)
{
	siginfo_t info = { .si_signo = 1 };
	struct rusage usage;
	int status = 1;

	/* Nobody has ended. */
	say_call(waitid, P_PID, ready.sleeper, POINTER(&info),
		 WEXITED | WNOHANG, POINTER(&usage));
	say_struct("siginfo { si_signo=0, si_errno=0, si_code=0, si_pid=0, "
		   "si_uid=0 }");
	say_return();
	say_call(waitid, P_PID, ready.child, POINTER(&info), WEXITED | WNOWAIT,
		 0);
	say_struct("siginfo { si_signo=%d, si_errno=0, si_code=%d, si_pid=%d, "
		   "si_uid=%d, si_status=3 }",
		   SIGCHLD, CLD_EXITED, ready.child, info.si_uid);
	say_return();
	say_call(wait4, ready.child, POINTER(&status), 0, POINTER(&usage));
	say_struct("wait_status { 0x300 }");
	say_usage(&usage);
	say_return();
	say_call(wait4, ready.sleeper, POINTER(&status), WNOHANG,
		 POINTER(&usage));
	say_return();
#ifdef __i386__
	say_call(waitpid, ready.sleeper, POINTER(&status), WNOHANG);
	say_return();
#endif
}

static void rights(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];
	unsigned ids[3] = { 1, 2, 3 };
	unsigned groups[64];

	say_own(GETRESUID, POINTER(&ids[0]), POINTER(&ids[1]),
		POINTER(&ids[2]));
	for (int i = 0; i < 3; i++)
		say_struct("uid { %u }", ids[i]);
	say_return();
	say_call(capget, POINTER(&header), POINTER(data));
	say_struct("cap_header { version=0x20080522, pid=0 }");
	say_struct("cap_header { version=0x20080522, pid=0 }");
	say_struct("cap_data { low={ effective=%#x, permitted=%#x, "
		   "inheritable=%#x }, high={ effective=%#x, permitted=%#x, "
		   "inheritable=%#x } }",
		   data[0].effective, data[0].permitted, data[0].inheritable,
		   data[1].effective, data[1].permitted, data[1].inheritable);
	say_return();
	/* Of 32 of them, in the old form. */
	header.version = _LINUX_CAPABILITY_VERSION_1;
	say_call(capget, POINTER(&header), POINTER(data));
	say_struct("cap_header { version=0x19980330, pid=0 }");
	say_struct("cap_header { version=0x19980330, pid=0 }");
	say_struct("cap_data { low={ effective=%#x, permitted=%#x, "
		   "inheritable=%#x } }",
		   data[0].effective, data[0].permitted, data[0].inheritable);
	say_return();
	say_own(GETGROUPS, 64, POINTER(groups));
	if (say.result == 0)
		say_struct("gid[0], 4 bytes each");
	else
		say_line("STRU gid[%ld] {", say.result);
	for (int i = 0; i < say.result; i++)
		say_line("%s%u", i ? ", " : " ", groups[i]);
	if (say.result > 0)
		say_line(" }\n");
	say_return();
}

static void schedule(void)
{
	struct sched_param param = { -1 };
	cpu_set_t set;
	const char *comma = "";

	say_call(sched_getparam, 0, POINTER(&param));
	say_struct("sched_param { sched_priority=%d }", param.sched_priority);
	say_return();
	memset(&set, 0, sizeof(set));
	say_call(sched_getaffinity, 0, sizeof(set), POINTER(&set));
	say_line("STRU cpu_set {");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set)) {
			say_line("%s %d", comma, cpu);
			comma = ",";
		}
	say_line(" }\n");
	say_return();
}

static void names(void)
{
	char name[16] = "a \"name\"";

	say_call(prctl, PR_SET_NAME, POINTER(name), 0, 0, 0);
	say_struct("comm { name=\"a \\\"name\\\"\" }");
	say_line("COMM %s\n", name);
	say_return();
	memset(name, 1, sizeof(name));
	say_call(prctl, PR_GET_NAME, POINTER(name), 0, 0, 0);
	say_struct("comm { name=\"a \\\"name\\\"\" }");
	say_return();
}

static void filters(void)
{
	struct sock_filter filter[2] = {
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 4 },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
	};
	struct sock_fprog program = { 2, filter };
	unsigned action = SECCOMP_RET_KILL_PROCESS;

	say_call(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, POINTER(&action));
	say_struct("uint { %u }", action);
	say_return();
	/* No such flag: it is refused, whoever asks. */
	say_call(seccomp, SECCOMP_SET_MODE_FILTER, 0x10000, POINTER(&program));
	say_struct("sock_fprog { len=2, filter=%#lx }", POINTER(filter));
	say_struct("sock_filter[2] { { code=0x20, jt=0, jf=0, k=0x4 }, "
		   "{ code=0x6, jt=0, jf=0, k=0x7fff0000 } }");
	say_return();
}

/* ---- the machine ---- */

static void machine(void)
{
	struct utsname name;
	struct sysinfo info;
	struct tms times;

	say_call(uname, POINTER(&name));
	say_struct("utsname { sysname=\"%s\", nodename=\"%s\", "
		   "release=\"%s\", version=\"%s\", machine=\"%s\", "
		   "domainname=\"%s\" }",
		   name.sysname, name.nodename, name.release, name.version,
		   name.machine, name.domainname);
	say_return();
	say_call(sysinfo, POINTER(&info));
	say_struct("sysinfo { uptime=%ld, loads=[ %lu, %lu, %lu ], "
		   "totalram=%lu, freeram=%lu, sharedram=%lu, bufferram=%lu, "
		   "totalswap=%lu, freeswap=%lu, procs=%u, totalhigh=%lu, "
		   "freehigh=%lu, mem_unit=%u }",
		   info.uptime, info.loads[0], info.loads[1], info.loads[2],
		   info.totalram, info.freeram, info.sharedram, info.bufferram,
		   info.totalswap, info.freeswap, info.procs, info.totalhigh,
		   info.freehigh, info.mem_unit);
	say_return();
	say_call(times, POINTER(&times));
	say_struct("tms { tms_utime=%ld, tms_stime=%ld, tms_cutime=%ld, "
		   "tms_cstime=%ld }",
		   (long)times.tms_utime, (long)times.tms_stime,
		   (long)times.tms_cutime, (long)times.tms_cstime);
	say_return();
}

static void semaphores(void)
{
	struct sembuf operation = { 0, 3, IPC_NOWAIT };

	/* No such set. */
#ifdef __i386__
	say_call(semtimedop_time64, -1, POINTER(&operation), 1, 0);
#else
	say_call(semop, -1, POINTER(&operation), 1);
#endif
	say_struct("sembuf[1] { { sem_num=0, sem_op=3, sem_flg=0x800 } }");
	say_return();
}

static void prepare(void)
{
	ready.null = open(null_name, O_RDWR);
	ready.locks = memfd_create("locks", 0);
	ready.poller = epoll_create1(0);
	ready.inet = socket(AF_INET, SOCK_STREAM, 0);
	ready.local = socket(AF_UNIX, SOCK_STREAM, 0);
	ready.terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	ready.self = getpid();
	ready.sleeper = fork();
	if (ready.sleeper == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(1);
	}
	ready.child = fork();
	if (ready.child == 0)
		_exit(3);
	/* Its SIGCHLD has come by then. */
	waitid(P_PID, (id_t)ready.child, NULL, WEXITED | WNOWAIT);
}

int main(void)
{
	void (*const parts[])(void) = {
		clocks,    timers,   files,     locks,   polls,      signals,
		addresses, messages, terminals, limits,  children,   rights,
		schedule,  names,    filters,   machine, semaphores,
	};

	prepare();
	say_begin();
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i]();
	say_end();
	kill(ready.sleeper, SIGKILL);
	waitpid(ready.sleeper, NULL, 0);
	return 0;
}
