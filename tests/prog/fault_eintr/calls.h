/* The calls that fault_eintr blocks in: how each is set up, made, and ended by
 * somebody else. */
#ifndef FAULT_EINTR_CALLS_H
#define FAULT_EINTR_CALLS_H

#include <time.h>

#include <linux/aio_abi.h>
#include <sys/types.h>

/* Longer than any test lives, and what a call that ends by itself takes. */
#define CALLS_LONG_S   1000
#define CALLS_SHORT_NS 200000000L
extern const struct timespec calls_long;
extern const struct timespec calls_short;

/* What a call stands on; shared with the one who ends it. */
struct ground {
	int fd[2]; /* both ends of a pipe or socket pair, or one */
	int other; /* an epoll or a second descriptor; -1 */
	int id;    /* System V */
	aio_context_t aio;
	unsigned word; /* a futex */
};

struct blocking {
	const char *name;
	int (*open)(struct ground *ground); /* 0 or errno */
	long (*block)(struct ground *ground);
	/* NULL: the call ends by itself, soon. */
	void (*release)(struct ground *ground, pid_t pid, pid_t tid);
};

/* Each ends with a name that is NULL. */
extern const struct blocking calls_files[];
extern const struct blocking calls_sockets[];
extern const struct blocking calls_waits[];

/* 0, or the errno for which this call cannot be tried here. */
int ground_open(struct ground *ground, const struct blocking *call);
void ground_close(struct ground *ground);

/* A pipe; nothing. */
int calls_pipe(struct ground *ground);
int calls_no_ground(struct ground *ground);

/* Writes to fd[1]; sends SIGTERM to the thread. */
void calls_write(struct ground *ground, pid_t pid, pid_t tid);
void calls_terminate(struct ground *ground, pid_t pid, pid_t tid);

void calls_block_signal(int signal_number);

/* The result, or -1 with EALREADY for a sleep since `begin` that was shorter
 * than CALLS_SHORT_NS. */
long calls_slept(const struct timespec *begin, long result);

#endif
