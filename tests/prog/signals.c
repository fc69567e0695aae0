/*
 * Signals of every origin, to every kind of action: what must be recorded of
 * each delivery, with the handler's address, the mask and the code.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include <sys/mman.h>

#include "say.h"

/* The kernel's own structure, and its way back from a handler. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

#ifdef __x86_64__
#define SIGNALS_RESTORER 0x04000000ul
void signals_restore(void);
__asm__(".text\n"
	".type signals_restore, @function\n"
	"signals_restore: mov $15, %eax\n"
	"syscall\n");
#else
#define SIGNALS_RESTORER 0
#define signals_restore  NULL
#endif

#define BIT(signal_number) (1ul << ((signal_number)-1))

static pid_t self;
static char *page;
static long page_size;

static void take(int signal_number)
{
	(void)signal_number;
}

static void take_other(int signal_number)
{
	(void)signal_number;
}

/* Gives the program what it tried to write to. */
static void open_page(int signal_number)
{
	(void)signal_number;
	syscall(SYS_mprotect, page, page_size, PROT_READ | PROT_WRITE);
}

static void act(int signal_number, void (*handler)(int), unsigned long flags)
{
	struct kernel_action action = { .handler = handler,
					.flags = flags | SIGNALS_RESTORER,
					.restorer = signals_restore };

	say_simple(rt_sigaction, signal_number, (long)&action, 0, 8);
}

static void mask(int how, unsigned long bits)
{
	say_call(rt_sigprocmask, how, (long)&bits, 0, 8);
	say_return();
}

/* A signal that was delivered; name, action and so on as PSIG has them. */
static void delivered(const char *name, const void *action, int code,
		      unsigned long blocked)
{
	say_line("SIGNAL %s %lx %d %lx\n", name, (unsigned long)action, code,
		 blocked);
}

/* A handler returned. */
static void came_back(void)
{
	say_line("CALL rt_sigreturn\nRETURN rt_sigreturn replaced\n");
}

static void sent_and_caught(void)
{
	act(SIGUSR1, take, 0);
	say_simple(tgkill, self, self, SIGUSR1);
	delivered("SIGUSR1", take, SI_TKILL, 0);
	came_back();
	say_simple(kill, self, SIGUSR1);
	delivered("SIGUSR1", take, SI_USER, 0);
	came_back();
	act(SIGUSR1, take_other, 0);
	say_simple(tkill, self, SIGUSR1);
	delivered("SIGUSR1", take_other, SI_TKILL, 0);
	came_back();
	/* Actions that are refused change nothing. */
	say_simple(rt_sigaction, SIGUSR1, 1, 0, 8);
	act(SIGKILL, take, 0);
	say_simple(tgkill, self, self, SIGUSR1);
	delivered("SIGUSR1", take_other, SI_TKILL, 0);
	came_back();
}

static void sent_with_value(void)
{
	siginfo_t info = { .si_signo = SIGUSR2, .si_code = SI_QUEUE };

	act(SIGUSR2, take, 0);
	say_simple(rt_tgsigqueueinfo, self, self, SIGUSR2, (long)&info);
	delivered("SIGUSR2", take, SI_QUEUE, 0);
	came_back();
}

static void not_caught(void)
{
	act(SIGUSR1, SIG_IGN, 0);
	say_simple(tgkill, self, self, SIGUSR1);
	delivered("SIGUSR1", SIG_IGN, SI_TKILL, 0);
	say_simple(tgkill, self, self, SIGURG);
	delivered("SIGURG", SIG_DFL, SI_TKILL, 0);
	act(SIGURG, take, SA_RESETHAND);
	say_simple(tgkill, self, self, SIGURG);
	delivered("SIGURG", take, SI_TKILL, 0);
	came_back();
	say_simple(tgkill, self, self, SIGURG);
	delivered("SIGURG", SIG_DFL, SI_TKILL, 0);
}

static void blocked(void)
{
	act(SIGUSR1, take, 0);
	mask(SIG_BLOCK, BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(SIGTERM));
	say_simple(tgkill, self, self, SIGUSR1);
	mask(SIG_UNBLOCK, BIT(SIGUSR1));
	delivered("SIGUSR1", take, SI_TKILL, BIT(SIGUSR2) | BIT(SIGTERM));
	came_back();
	mask(SIG_SETMASK, 0);
}

/* Both are dequeued before either handler runs; the last one runs first. */
static void two_at_once(void)
{
	act(SIGUSR1, take, 0);
	act(SIGUSR2, take_other, 0);
	mask(SIG_SETMASK, BIT(SIGUSR1) | BIT(SIGUSR2));
	say_simple(tgkill, self, self, SIGUSR1);
	say_simple(tgkill, self, self, SIGUSR2);
	mask(SIG_SETMASK, 0);
	delivered("SIGUSR1", take, SI_TKILL, 0);
	delivered("SIGUSR2", take_other, SI_TKILL, BIT(SIGUSR1));
	came_back();
	came_back();
}

static void faults(void)
{
	act(SIGSEGV, open_page, 0);
	say_simple(mprotect, (long)page, page_size, PROT_READ);
	page[0] = 1;
	delivered("SIGSEGV", open_page, SEGV_ACCERR, 0);
	say_line("CALL mprotect %lx %lx %x\nRETURN mprotect 0\n",
		 (unsigned long)page, (unsigned long)page_size,
		 PROT_READ | PROT_WRITE);
	came_back();
	act(SIGTRAP, take, 0);
	say_simple(tgkill, self, self, SIGTRAP);
	delivered("SIGTRAP", take, SI_TKILL, 0);
	came_back();
#ifdef __x86_64__
	__asm__ volatile("int3");
	delivered("SIGTRAP", take, SI_KERNEL, 0);
	came_back();
#endif
}

/* A handler that ends a wait: the call returns EINTR. */
static void suspended(void)
{
	unsigned long none = 0;

	act(SIGUSR1, take, SA_RESTART);
	mask(SIG_SETMASK, BIT(SIGUSR1));
	say_simple(tgkill, self, self, SIGUSR1);
	say_call(rt_sigsuspend, (long)&none, 8);
	delivered("SIGUSR1", take, SI_TKILL, BIT(SIGUSR1));
	say_return();
	came_back();
	mask(SIG_SETMASK, 0);
}

static int pipe_fds[2];
static atomic_int asked;

static int is_asleep(void)
{
	char path[64], status[512];
	const char *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", self);
	fd = open(path, O_RDONLY);
	n = read(fd, status, sizeof(status) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	status[n] = '\0';
	end = strrchr(status, ')');
	return end && end[2] == 'S';
}

/* Another thread sends the signal when the first is asleep in its call; and
 * then a byte, should it want to go on sleeping. */
static void *disturb(void *unused)
{
	(void)unused;
	for (;;) {
		while (!asked)
			sched_yield();
		while (!is_asleep())
			sched_yield();
		syscall(SYS_tgkill, self, self, SIGUSR1);
		if (asked == 2) {
			asked = 3;
			/* Until the handler has been there. */
			while (asked != 4)
				sched_yield();
			while (!is_asleep())
				sched_yield();
			if (write(pipe_fds[1], "x", 1) != 1)
				abort();
		}
		asked = 0;
	}
	return NULL;
}

static void note(int signal_number)
{
	(void)signal_number;
	/* The one who disturbs may not have come to say so yet. */
	while (asked == 2)
		;
	asked = 4;
}

/* With and without SA_RESTART, ignored. */
static void interrupted(void)
{
	static char letter;

	act(SIGUSR1, take, 0);
	asked = 1;
	say_call(read, pipe_fds[0], (long)&letter, 1);
	delivered("SIGUSR1", take, SI_TKILL, 0);
	say_return();
	came_back();
	while (asked)
		;
	act(SIGUSR1, note, SA_RESTART);
	asked = 2;
	say_call(read, pipe_fds[0], (long)&letter, 1);
	delivered("SIGUSR1", note, SI_TKILL, 0);
	say_line("RETURN read restart\n");
	came_back();
	say_line("CALL read %x %lx 1\n", pipe_fds[0], (unsigned long)&letter);
	say_data(pipe_fds[0], 'r', "x", 1);
	say_return();
	while (asked)
		;
}

/* The other thread takes no signal that is sent to the process. */
static int start_other(void)
{
	pthread_t thread;
	sigset_t all, none;
	int r;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &none);
	r = pthread_create(&thread, NULL, disturb, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return r;
}

int main(void)
{
	self = getpid();
	page_size = sysconf(_SC_PAGESIZE);
	page = mmap(NULL, (size_t)page_size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || pipe(pipe_fds) || start_other())
		return 1;
	say_begin();
	sent_and_caught();
	sent_with_value();
	not_caught();
	blocked();
	two_at_once();
	faults();
	suspended();
	interrupted();
	say_end();
	return 0;
}
