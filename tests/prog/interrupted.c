/*
 * Signals that meet the thread inside a call, by every way in which Linux goes
 * on from there: EINTR with and without SA_RESTART, calls that are restarted,
 * calls that never are, an ignored signal, one that resets itself; and at last
 * one that kills: exits by SIGUSR2.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/syscall.h>
#include <sys/time.h>

static volatile sig_atomic_t caught;

static void take(int signal_number)
{
	caught = signal_number;
}

static void set_action(int signal_number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigaction(signal_number, &action, NULL);
}

/* SIGALRM comes while the thread is in the next call. */
static void set_alarm(void)
{
	struct itimerval soon = { .it_value = { .tv_usec = 100000 } };

	setitimer(ITIMER_REAL, &soon, NULL);
}

/* A pipe in which a byte comes only if a handler puts it there. */
static int pipe_fds[2];

static void take_and_write(int signal_number)
{
	take(signal_number);
	if (write(pipe_fds[1], "x", 1) != 1)
		_exit(1);
}

static int interrupted_read(int flags)
{
	char letter;

	set_action(SIGALRM, flags ? take_and_write : take, flags);
	set_alarm();
	return read(pipe_fds[0], &letter, 1) == (flags ? 1 : -1);
}

static int interrupted_waits(void)
{
	struct timespec span = { .tv_nsec = 300000000 };
	int good = 0;

	set_action(SIGALRM, take, SA_RESTART);
	set_alarm();
	good += poll(NULL, 0, 1000) == -1;
	set_alarm();
	good += syscall(SYS_nanosleep, &span, NULL) == -1;
	set_alarm();
	good += pause() == -1;
	signal(SIGALRM, SIG_IGN);
	set_alarm();
	good += syscall(SYS_nanosleep, &span, NULL) == 0;
	return good;
}

int main(void)
{
	int good = 0;

	if (pipe(pipe_fds))
		return 1;
	good += interrupted_read(0);
	good += interrupted_read(SA_RESTART);
	good += interrupted_waits();
	set_action(SIGUSR1, take, SA_RESETHAND | SA_NODEFER);
	raise(SIGUSR1);
	good += caught == SIGUSR1;
	signal(SIGUSR1, SIG_IGN);
	raise(SIGUSR1);
	if (good != 7)
		return 100 + good;
	raise(SIGUSR2);
	return 2;
}
