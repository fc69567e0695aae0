/*
 * Calls that wait for another process, a signal or the clock.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <linux/futex.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "calls.h"

static int open_semaphore(struct ground *ground)
{
	ground->id = semget(IPC_PRIVATE, 1, 0600);
	return ground->id < 0 ? errno : 0;
}

static int open_messages(struct ground *ground)
{
	ground->id = msgget(IPC_PRIVATE, 0600);
	return ground->id < 0 ? errno : 0;
}

static int open_queue(struct ground *ground)
{
	struct mq_attr limits = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	char name[64];

	snprintf(name, sizeof(name), "/fault_eintr.%d", getpid());
	ground->other = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &limits);
	if (ground->other < 0)
		return errno;
	mq_unlink(name);
	return 0;
}

static int open_blocked_signal(struct ground *ground)
{
	(void)ground;
	calls_block_signal(SIGTERM);
	return 0;
}

/* Two open files of one lock: the first holds it. */
static int open_lock(struct ground *ground)
{
	char name[64];

	ground->fd[0] = memfd_create("lock", MFD_CLOEXEC);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", ground->fd[0]);
	ground->other = open(name, O_RDWR | O_CLOEXEC);
	if (ground->other < 0 || flock(ground->fd[0], LOCK_EX))
		return errno;
	return 0;
}

static int open_file_lock(struct ground *ground)
{
	struct flock lock = { .l_type = F_WRLCK };
	int r = open_lock(ground);

	return !r && fcntl(ground->fd[0], F_OFD_SETLK, &lock) ? errno : r;
}

static long block_semop(struct ground *ground)
{
	struct sembuf take = { .sem_op = -1 };

	return semop(ground->id, &take, 1);
}

static long block_semtimedop(struct ground *ground)
{
	struct sembuf take = { .sem_op = -1 };

	return semtimedop(ground->id, &take, 1, &calls_long);
}

static long block_sigtimedwait(struct ground *ground)
{
	sigset_t set;

	(void)ground;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	/* The library's would hide EINTR. */
	return syscall(SYS_rt_sigtimedwait, &set, NULL, &calls_long, 8);
}

static long block_sigwaitinfo(struct ground *ground)
{
	sigset_t set;

	(void)ground;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	return syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 8);
}

static long block_sigsuspend(struct ground *ground)
{
	sigset_t none;

	(void)ground;
	sigemptyset(&none);
	return sigsuspend(&none);
}

static long block_pause(struct ground *ground)
{
	(void)ground;
	return pause();
}

static long block_futex(struct ground *ground)
{
	return syscall(SYS_futex, &ground->word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static long block_futex_timed(struct ground *ground)
{
	return syscall(SYS_futex, &ground->word, FUTEX_WAIT, 0, &calls_long,
		       NULL, 0);
}

static long block_msgrcv(struct ground *ground)
{
	struct {
		long type;
		char data[8];
	} message;

	return msgrcv(ground->id, &message, sizeof(message.data), 0, 0);
}

static long block_mq_receive(struct ground *ground)
{
	char data[8];

	return mq_receive(ground->other, data, sizeof(data), NULL);
}

static long block_flock(struct ground *ground)
{
	return flock(ground->other, LOCK_EX);
}

static long block_setlkw(struct ground *ground)
{
	struct flock lock = { .l_type = F_WRLCK };

	return fcntl(ground->other, F_OFD_SETLKW, &lock);
}

static long block_nanosleep(struct ground *ground)
{
	struct timespec begin;

	(void)ground;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	return calls_slept(&begin, syscall(SYS_nanosleep, &calls_short, NULL));
}

static long block_clock_nanosleep(struct ground *ground)
{
	struct timespec begin, end;

	(void)ground;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	end = begin;
	end.tv_nsec += CALLS_SHORT_NS;
	if (end.tv_nsec >= 1000000000L) {
		end.tv_nsec -= 1000000000L;
		end.tv_sec++;
	}
	return calls_slept(&begin, syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC,
					   TIMER_ABSTIME, &end, NULL));
}

static long block_futex_out(struct ground *ground)
{
	struct timespec begin;
	long r;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	r = syscall(SYS_futex, &ground->word, FUTEX_WAIT, 0, &calls_short, NULL,
		    0);
	return r < 0 && errno == ETIMEDOUT ? calls_slept(&begin, 0) : r;
}

static void release_semaphore(struct ground *ground, pid_t pid, pid_t tid)
{
	struct sembuf give = { .sem_op = 1 };

	(void)pid;
	(void)tid;
	if (semop(ground->id, &give, 1))
		perror("release");
}

static void release_messages(struct ground *ground, pid_t pid, pid_t tid)
{
	struct {
		long type;
		char data[8];
	} message = { .type = 1 };

	(void)pid;
	(void)tid;
	if (msgsnd(ground->id, &message, sizeof(message.data), 0))
		perror("release");
}

static void release_queue(struct ground *ground, pid_t pid, pid_t tid)
{
	(void)pid;
	(void)tid;
	if (mq_send(ground->other, "x", 1, 0))
		perror("release");
}

static void release_futex(struct ground *ground, pid_t pid, pid_t tid)
{
	(void)pid;
	(void)tid;
	syscall(SYS_futex, &ground->word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void release_by_handler(struct ground *ground, pid_t pid, pid_t tid)
{
	(void)ground;
	syscall(SYS_tgkill, pid, tid, SIGUSR2);
}

static void release_flock(struct ground *ground, pid_t pid, pid_t tid)
{
	(void)pid;
	(void)tid;
	flock(ground->fd[0], LOCK_UN);
}

static void release_file_lock(struct ground *ground, pid_t pid, pid_t tid)
{
	struct flock lock = { .l_type = F_UNLCK };

	(void)pid;
	(void)tid;
	fcntl(ground->fd[0], F_OFD_SETLK, &lock);
}

const struct blocking calls_waits[] = {
	{ "semop", open_semaphore, block_semop, release_semaphore },
	{ "semtimedop", open_semaphore, block_semtimedop, release_semaphore },
	{ "rt_sigtimedwait", open_blocked_signal, block_sigtimedwait,
	  calls_terminate },
	{ "sigwaitinfo", open_blocked_signal, block_sigwaitinfo,
	  calls_terminate },
	{ "sigsuspend", calls_no_ground, block_sigsuspend, release_by_handler },
	{ "pause", calls_no_ground, block_pause, release_by_handler },
	{ "futex", calls_no_ground, block_futex, release_futex },
	{ "futex, timed", calls_no_ground, block_futex_timed, release_futex },
	{ "futex, timed out", calls_no_ground, block_futex_out, NULL },
	{ "msgrcv", open_messages, block_msgrcv, release_messages },
	{ "mq_receive", open_queue, block_mq_receive, release_queue },
	{ "flock", open_lock, block_flock, release_flock },
	{ "fcntl", open_file_lock, block_setlkw, release_file_lock },
	{ "nanosleep", calls_no_ground, block_nanosleep, NULL },
	{ "clock_nanosleep", calls_no_ground, block_clock_nanosleep, NULL },
	{ NULL, NULL, NULL, NULL },
};
