/*
 * A server among clients that mean harm: each is told what was wrong with it,
 * if it listens, and is gone; nobody else notices, and no descriptor stays.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ear.h"

/* One who means well is served, whatever the others do. */
static void serve_one(struct ear *ear)
{
	enum { HONEST = 424242 };
	struct server_request taken;
	int client = open_client();

	ask(client, WIRE_STATUS, HONEST);
	do {
		ear_take(ear, &taken);
		if (taken.fd >= 0)
			server_discard(ear->server, taken.fd);
		server_answer(ear->server,
			      &(struct wire_answer){ .kind = WIRE_ANSWER }, -1,
			      false);
	} while (taken.wire.pid != HONEST);
	assert_int_equal(next_error(client), 0);
	assert_int_equal(next_error(client), GONE);
	close(client);
}

static char *good_message(char message[WIRE_MESSAGE_MAX], size_t *ret_length)
{
	const struct wire_request request = { .operation = WIRE_UTRACE,
					      .text_length = 4,
					      .text = "abcd" };

	*ret_length = wire_put_request(message, &request);
	return message;
}

static void expect_refused(struct ear *ear, const void *message, size_t length,
			   int expected)
{
	struct server_request taken;
	int client = open_client();

	assert_int_equal(send(client, message, length, MSG_NOSIGNAL), length);
	assert_int_equal(next_error(client), expected);
	assert_int_equal(next_error(client), GONE);
	assert_false(server_take(ear->server, &taken));
	close(client);
}

static void bad_messages_are_refused(void **state)
{
	static char block[100000];
	const uint32_t other = WIRE_VERSION + 1;
	char message[WIRE_MESSAGE_MAX];
	struct ear ear;
	size_t length;

	(void)state;
	ear_open(&ear);
	good_message(message, &length);
	for (size_t i = 0; i < length; i++)
		expect_refused(&ear, message, i, -EBADMSG);
	memcpy(block, message, length);
	expect_refused(&ear, block, length + 1, -EBADMSG);
	expect_refused(&ear, block, WIRE_MESSAGE_MAX, -EBADMSG);
	expect_refused(&ear, block, WIRE_MESSAGE_MAX + 1, -EBADMSG);
	expect_refused(&ear, block, sizeof(block), -EBADMSG);
	memcpy(message + 4, &other, sizeof(other));
	expect_refused(&ear, message, length, -EPROTO);
	serve_one(&ear);
	ear_close(&ear);
}

/* The answer is still to be had when more lay behind what was refused: nothing
 * is read while another one's request waits. */
static void refusal_is_heard_behind_more_garbage(void **state)
{
	const struct wire_request request = { .operation = WIRE_STATUS };
	struct server_request taken;
	struct wire_answer answer;
	struct ear ear;
	int first, client;

	(void)state;
	ear_open(&ear);
	first = open_client();
	ask(first, WIRE_STATUS, 0);
	ear_take(&ear, &taken);
	client = open_client();
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(send(client, "garbage", 7, MSG_NOSIGNAL), 7);
	ear_answer(&ear, 0, false);
	assert_true(is_ready(client, POLLHUP, LONG_MS));
	assert_int_equal(client_ask(client, &request, -1, &answer, NULL, NULL),
			 0);
	assert_int_equal(answer.error, -EBADMSG);
	close(first);
	close(client);
	ear_close(&ear);
}

static void garbage_ends_a_kept_connection(void **state)
{
	struct server_request taken;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	client = open_client();
	ask(client, WIRE_SET, 0);
	ear_take(&ear, &taken);
	ear_answer(&ear, 0, true);
	assert_int_equal(next_error(client), 0);
	assert_int_equal(send(client, "garbage", 7, MSG_NOSIGNAL), 7);
	assert_int_equal(next_error(client), -EBADMSG);
	ear_await_loss(&ear);
	assert_false(server_is_connected(ear.server, taken.peer.connection));
	close(client);
	ear_close(&ear);
}

/* So many descriptors at once. */
static void send_many(int client, enum wire_operation operation, int fd,
		      size_t count)
{
	const struct wire_request request = { .operation = operation };
	char message[WIRE_MESSAGE_MAX];
	char control[CMSG_SPACE(253 * sizeof(int))] = { 0 };
	struct iovec data = { message, wire_put_request(message, &request) };
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};
	struct cmsghdr *rights = CMSG_FIRSTHDR(&header);

	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(count * sizeof(int));
	for (size_t i = 0; i < count; i++)
		memcpy(CMSG_DATA(rights) + i * sizeof(int), &fd, sizeof(fd));
	assert_true(sendmsg(client, &header, MSG_NOSIGNAL) > 0);
}

static void unwanted_descriptors_are_closed(void **state)
{
	static const struct fd_case {
		enum wire_operation operation;
		size_t count;
	} cases[] = {
		{ WIRE_CLEAR, 1 },  { WIRE_CLEAR_MINE, 1 },
		{ WIRE_STATUS, 1 }, { WIRE_REGISTER, 1 },
		{ WIRE_OWNER, 1 },  { WIRE_PAUSE, 1 },
		{ WIRE_RESUME, 1 }, { WIRE_UTRACE, 1 },
		{ WIRE_SET, 2 },    { WIRE_CLEAR_FILE, 2 },
		{ WIRE_SET, 3 },    { WIRE_SET, 253 },
		{ WIRE_STATUS, 2 }, { WIRE_OPERATION_END, 1 },
	};
	struct ear ear;
	int client, file;

	(void)state;
	ear_open(&ear);
	file = file_of("x");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		client = open_client();
		send_many(client, cases[i].operation, file, cases[i].count);
		assert_int_equal(next_error(client), -EBADMSG);
		assert_int_equal(next_error(client), GONE);
		close(client);
	}
	close(file);
	serve_one(&ear);
	ear_close(&ear);
}

/* What it is, is for the taker to find out. */
static void any_descriptor_comes_through(void **state)
{
	const struct wire_request request = { .operation = WIRE_SET };
	struct server_request taken;
	struct ear ear;
	int fds[5], pipe_ends[2];
	int client;

	(void)state;
	ear_open(&ear);
	assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
	fds[0] = pipe_ends[0];
	fds[1] = pipe_ends[1];
	fds[2] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[3] = open("/dev/null", O_PATH | O_CLOEXEC);
	fds[4] = eventfd(0, EFD_CLOEXEC);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		client = open_client();
		assert_int_equal(send_request(client, &request, fds[i]), 0);
		close(fds[i]);
		ear_take(&ear, &taken);
		assert_true(taken.fd >= 0);
		assert_true(fcntl(taken.fd, F_GETFD) & FD_CLOEXEC);
		server_discard(ear.server, taken.fd);
		ear_answer(&ear, 0, false);
		close(client);
	}
	/* The socket itself, in itself: a cycle. */
	client = open_client();
	assert_int_equal(send_request(client, &request, client), 0);
	ear_take(&ear, &taken);
	server_discard(ear.server, taken.fd);
	ear_answer(&ear, 0, false);
	close(client);
	ear_close(&ear);
}

/* One that has others' requests and unread descriptors behind the first. */
static void unread_requests_are_dropped(void **state)
{
	const struct wire_request request = { .operation = WIRE_SET };
	struct server_request taken;
	struct ear ear;
	int client, file;

	(void)state;
	ear_open(&ear);
	file = file_of("x");
	client = open_client();
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(send_request(client, &request, file), 0);
	close(file);
	ear_take(&ear, &taken);
	server_discard(ear.server, taken.fd);
	ear_answer(&ear, 0, false);
	assert_int_equal(next_error(client), 0);
	close(client);
	serve_one(&ear);
	ear_close(&ear);
}

/* Until nothing more goes into its socket. */
static void who_does_not_read_is_dropped(void **state)
{
	const struct wire_answer wake = { .kind = WIRE_WAKE };
	struct server_request taken;
	struct ear ear;
	unsigned told = 0;
	int client;

	(void)state;
	ear_open(&ear);
	client = open_client();
	ask(client, WIRE_REGISTER, 0);
	ear_take(&ear, &taken);
	ear_answer(&ear, 0, true);
	while (server_tell(ear.server, taken.peer.connection, &wake))
		told++;
	assert_true(told > 0);
	assert_false(server_is_connected(ear.server, taken.peer.connection));
	ear_await_loss(&ear);
	serve_one(&ear);
	close(client);
	ear_close(&ear);
}

static void half_closed_connections_are_dropped(void **state)
{
	static const int ways[] = { SHUT_RD, SHUT_WR, SHUT_RDWR };
	struct wire_answer answer;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		client = open_client();
		assert_int_equal(shutdown(client, ways[i]), 0);
		if (ways[i] == SHUT_RD) {
			close(client);
			continue;
		}
		assert_true(is_ready(client, POLLHUP, LONG_MS));
		client_listen(client, 0, &answer);
		close(client);
	}
	serve_one(&ear);
	ear_close(&ear);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Something bad, and away; the answer is not waited for. */
static void strike(uint32_t *seed, int file)
{
	const struct wire_request request = { .operation = WIRE_SET };
	char message[WIRE_MESSAGE_MAX];
	int client = client_open(getppid());
	size_t length;

	if (client < 0)
		return;
	good_message(message, &length);
	switch (next_random(seed) % 5) {
	case 0:
		for (size_t i = 0; i < length; i++)
			message[i] = (char)next_random(seed);
		send(client, message, length, MSG_NOSIGNAL);
		break;
	case 1:
		send(client, message, next_random(seed) % length, MSG_NOSIGNAL);
		break;
	case 2:
		send_request(client, &request, file);
		break;
	case 3:
		for (unsigned i = 0; i < 10; i++)
			send_request(client, &request, file);
		break;
	default:
		break;
	}
	close(client);
}

static void strike_for_ever(uint32_t seed)
{
	int file = memfd_create("x", MFD_CLOEXEC);

	for (;;)
		strike(&seed, file);
}

static void floods_leave_room_for_others(void **state)
{
	enum { FLOODERS = 3, HONEST = 300 };
	pid_t flooders[FLOODERS];
	struct ear ear;

	(void)state;
	ear_open(&ear);
	for (uint32_t i = 0; i < FLOODERS; i++) {
		flooders[i] = fork();
		assert_true(flooders[i] >= 0);
		if (flooders[i] == 0)
			strike_for_ever(i);
	}
	for (unsigned i = 0; i < HONEST; i++)
		serve_one(&ear);
	for (unsigned i = 0; i < FLOODERS; i++) {
		kill(flooders[i], SIGKILL);
		waitpid(flooders[i], NULL, 0);
	}
	serve_one(&ear);
	ear_close(&ear);
}

/* All places are held by who says nothing: not for long. */
static void the_silent_are_dropped(void **state)
{
	int silent[SERVER_CONNECTIONS_MAX];
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		silent[i] = open_client();
	client = open_client();
	assert_int_equal(next_error(client), -EUSERS);
	assert_int_equal(next_error(client), GONE);
	close(client);
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		assert_int_equal(next_error(silent[i]), GONE);
		close(silent[i]);
	}
	serve_one(&ear);
	ear_close(&ear);
}

static void set_limit(rlim_t limit, struct rlimit *ret_before)
{
	struct rlimit now;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, ret_before), 0);
	now = *ret_before;
	now.rlim_cur = limit;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
}

/* Somebody knocks, and there is no descriptor left to let them in: until there
 * is one they wait, and the machine is not kept busy. */
static void does_not_spin_without_descriptors(void **state)
{
	struct server_request taken;
	struct rlimit before;
	struct ear ear;
	int kept, client;
	uint64_t busy, since;

	(void)state;
	ear_open(&ear);
	kept = open_client();
	ask(kept, WIRE_SET, 0);
	ear_take(&ear, &taken);
	ear_answer(&ear, 0, true);
	client = open_client();
	ask(client, WIRE_STATUS, 0);
	ear_take(&ear, &taken);
	ear_answer(&ear, 0, false);
	assert_int_equal(next_error(client), 0);
	assert_int_equal(next_error(client), GONE);
	close(client);
	client = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(client >= 0);
	set_limit((rlim_t)client, &before);
	{
		struct sockaddr_un address;
		unsigned length = wire_address(&address, getpid(), 0);

		assert_int_equal(
		    connect(client, (struct sockaddr *)&address, length), 0);
	}
	ask(client, WIRE_STATUS, 1);
	ask(kept, WIRE_STATUS, 2);
	busy = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	since = clock_ns(CLOCK_MONOTONIC);
	for (unsigned i = 0; i < 20; i++)
		ear_await(&ear);
	busy = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - busy;
	since = clock_ns(CLOCK_MONOTONIC) - since;
	assert_true(busy < since / 4);
	ear_take(&ear, &taken);
	assert_int_equal(taken.wire.pid, 2);
	ear_answer(&ear, 0, true);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	ear_take(&ear, &taken);
	assert_int_equal(taken.wire.pid, 1);
	ear_answer(&ear, 0, false);
	assert_int_equal(next_error(client), 0);
	close(client);
	close(kept);
	ear_close(&ear);
}

/* There is room for a connection, but not for what comes with it. */
static void says_that_there_is_no_descriptor_left(void **state)
{
	const struct wire_request request = { .operation = WIRE_SET };
	struct rlimit before;
	struct ear ear;
	int client, file, last;

	(void)state;
	ear_open(&ear);
	client = open_client();
	serve_one(&ear);
	file = file_of("x");
	last = dup(file);
	close(last);
	set_limit((rlim_t)last, &before);
	assert_int_equal(send_request(client, &request, file), 0);
	assert_int_equal(next_error(client), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	close(client);
	close(file);
	ear_close(&ear);
}

/*
 * A connection over the loopback whose close(2) takes a minute, unless the
 * other end goes. False where there is none.
 */
static bool open_lingering(int *ret, int *ret_other)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = 60 };
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static char block[65536];

	*ret = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || *ret < 0 ||
	    bind(listener, (struct sockaddr *)&address, size) < 0 ||
	    listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) < 0 ||
	    connect(*ret, (struct sockaddr *)&address, size) < 0) {
		close(listener);
		close(*ret);
		return false;
	}
	*ret_other = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
	while (send(*ret, block, sizeof(block), MSG_DONTWAIT) > 0)
		continue;
	setsockopt(*ret, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return true;
}

static void await_descriptors(unsigned expected)
{
	while (open_descriptors() != expected)
		poll(NULL, 0, 1);
}

/* Closing what was sent hangs: in the server's thread, and nowhere else. */
static void hanging_descriptors_hurt_nobody(void **state)
{
	const struct wire_request request = { .operation = WIRE_CLEAR };
	struct server_request taken;
	struct ear ear;
	int client, lingering;
	int other = -1;
	uint64_t since;

	(void)state;
	ear_open(&ear);
	if (!open_lingering(&lingering, &other)) {
		print_message("skipped: no TCP over the loopback\n");
		ear_close(&ear);
		skip();
	}
	client = open_client();
	assert_int_equal(send_request(client, &request, lingering), 0);
	close(lingering);
	since = clock_ns(CLOCK_MONOTONIC);
	assert_int_equal(next_error(client), -EBADMSG);
	close(client);
	assert_false(server_take(ear.server, &taken));
	assert_false(server_is_connected(ear.server, 1000));
	assert_int_equal(server_kept(ear.server), 0);
	server_discard(ear.server, file_of("x"));
	server_close(ear.server);
	assert_true(clock_ns(CLOCK_MONOTONIC) - since < 30 * CLOCK_NS_PER_S);
	/* The thread comes out, and takes all with it. */
	close(other);
	close(ear.wakes);
	await_descriptors(ear.descriptors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_messages_are_refused),
		cmocka_unit_test(refusal_is_heard_behind_more_garbage),
		cmocka_unit_test(garbage_ends_a_kept_connection),
		cmocka_unit_test(unwanted_descriptors_are_closed),
		cmocka_unit_test(any_descriptor_comes_through),
		cmocka_unit_test(unread_requests_are_dropped),
		cmocka_unit_test(who_does_not_read_is_dropped),
		cmocka_unit_test(half_closed_connections_are_dropped),
		cmocka_unit_test(floods_leave_room_for_others),
		cmocka_unit_test(the_silent_are_dropped),
		cmocka_unit_test(does_not_spin_without_descriptors),
		cmocka_unit_test(says_that_there_is_no_descriptor_left),
		cmocka_unit_test(hanging_descriptors_hurt_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
