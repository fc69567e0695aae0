/*
 * What the tests of server and client share: a server whose wake-ups can be
 * waited for, clients that are mere sockets, and the count of descriptors.
 */
#ifndef TESTS_EAR_H
#define TESTS_EAR_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "control/channel.h"
#include "control/client.h"
#include "control/server.h"

#define LONG_MS 20000 /* nothing that works takes so long */

struct ear {
	struct server *server;
	int wakes; /* an eventfd: how often it was woken */
	unsigned descriptors;
};

static inline unsigned open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static inline void ear_wake(void *context)
{
	const struct ear *ear = context;

	eventfd_write(ear->wakes, 1);
}

static inline struct server_config ear_config(struct ear *ear)
{
	return (struct server_config){ .pid = getpid(),
				       .wake = ear_wake,
				       .context = ear };
}

static inline void ear_open(struct ear *ear)
{
	const struct server_config config = ear_config(ear);

	ear->descriptors = open_descriptors();
	ear->wakes = eventfd(0, EFD_CLOEXEC);
	assert_true(ear->wakes >= 0);
	assert_int_equal(server_open(&ear->server, &config), 0);
}

/* The caller has closed all of its own. */
static inline void ear_close(struct ear *ear)
{
	server_close(ear->server);
	close(ear->wakes);
	assert_int_equal(open_descriptors(), ear->descriptors);
}

static inline bool is_ready(int fd, short events, int timeout_ms)
{
	struct pollfd polled = { .fd = fd, .events = events };

	return poll(&polled, 1, timeout_ms) == 1;
}

/* Sleeps until the server has something to say. */
static inline void ear_await(struct ear *ear)
{
	eventfd_t count;

	assert_true(is_ready(ear->wakes, POLLIN, LONG_MS));
	assert_int_equal(eventfd_read(ear->wakes, &count), 0);
}

static inline void ear_take(struct ear *ear, struct server_request *ret)
{
	while (!server_take(ear->server, ret))
		ear_await(ear);
}

static inline void ear_answer(struct ear *ear, int error, bool keep)
{
	const struct wire_answer answer = { .kind = WIRE_ANSWER,
					    .error = error };

	assert_true(server_answer(ear->server, &answer, -1, keep));
}

/* Until a kept connection was lost. */
static inline void ear_await_loss(struct ear *ear)
{
	while (!server_has_lost(ear->server))
		ear_await(ear);
}

static inline int open_client(void)
{
	int fd = client_open(getpid());

	assert_true(fd >= 0);
	return fd;
}

static inline int send_request(int client, const struct wire_request *request,
			       int fd)
{
	char message[WIRE_MESSAGE_MAX];

	return channel_send(client, message, wire_put_request(message, request),
			    fd);
}

/* Asks without waiting for the answer; value: what the request is known by. */
static inline void ask(int client, enum wire_operation operation, pid_t value)
{
	const struct wire_request request = { .operation = operation,
					      .pid = value };

	assert_int_equal(send_request(client, &request, -1), 0);
}

/* The error in the next answer, or what client_listen() says: then 1000 less,
 * so that it cannot be mistaken. */
static inline int next_error(int client)
{
	struct wire_answer answer;
	int error = client_listen(client, LONG_MS, &answer);

	return error ? error - 1000 : answer.error;
}

#define GONE (-ECONNRESET - 1000)

/* A file in memory that holds these words. */
static inline int file_of(const char *words)
{
	int fd = memfd_create("words", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, words, strlen(words)), strlen(words));
	return fd;
}

/* Another process, which does a thing and lives until it is let go. */
struct other {
	pid_t pid;
	int hold; /* it ends when this is closed */
};

typedef int other_work(void *context);

/* Returns when the work is done; what it returned (up to 255) goes to *ret. */
static inline struct other other_start(other_work *work, void *context,
				       int *ret)
{
	int hold[2], done[2];
	struct other other;
	unsigned char result;
	char byte;

	assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
	assert_int_equal(pipe2(done, O_CLOEXEC), 0);
	other.pid = fork();
	assert_true(other.pid >= 0);
	if (other.pid == 0) {
		close(hold[1]);
		result = (unsigned char)work(context);
		if (write(done[1], &result, 1) != 1 ||
		    read(hold[0], &byte, 1) != 0)
			_exit(1);
		_exit(0);
	}
	close(hold[0]);
	close(done[1]);
	other.hold = hold[1];
	assert_int_equal(read(done[0], &result, 1), 1);
	close(done[0]);
	*ret = result;
	return other;
}

/* The last one first: each holds on to those that were there before. */
static inline void other_end(const struct other *other)
{
	int status;

	close(other->hold);
	assert_int_equal(waitpid(other->pid, &status, 0), other->pid);
	assert_int_equal(status, 0);
}

#endif
