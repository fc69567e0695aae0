/*
 * A client, and what it may meet: nobody, somebody else, a supervisor that
 * ends, says nothing, or says more than it was asked.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ear.h"

static const struct wire_request status = { .operation = WIRE_STATUS };

static void finds_nobody(void **state)
{
	unsigned before = open_descriptors();

	(void)state;
	assert_int_equal(client_open(0), -EINVAL);
	assert_int_equal(client_open(-1), -EINVAL);
	assert_int_equal(client_open(getpid()), -ENOENT);
	assert_int_equal(open_descriptors(), before);
}

static int listen_as(pid_t pid)
{
	struct sockaddr_un address;
	socklen_t length = wire_address(&address, pid, 0);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&address, length) < 0 ||
	    listen(fd, 1) < 0)
		return 1;
	return 0;
}

static int listen_as_parent(void *context)
{
	(void)context;
	return listen_as(getppid());
}

static int listen_as_itself(void *context)
{
	(void)context;
	return listen_as(getpid());
}

/* The pid is right, but it was another user's when that listened. */
static int listen_as_another_user(void *context)
{
	int error;

	(void)context;
	if (seteuid(65534) < 0)
		return 2;
	error = listen_as(getpid());
	return seteuid(0) < 0 ? 2 : error;
}

static void refuses_somebody_else(void **state)
{
	unsigned before = open_descriptors();
	struct other other;
	int failed;

	(void)state;
	other = other_start(listen_as_parent, NULL, &failed);
	assert_int_equal(failed, 0);
	assert_int_equal(client_open(getpid()), -ESRCH);
	other_end(&other);
	assert_int_equal(open_descriptors(), before);
}

static void finds_another_process(void **state)
{
	unsigned before = open_descriptors();
	struct other other;
	int client, failed;

	(void)state;
	other = other_start(listen_as_itself, NULL, &failed);
	assert_int_equal(failed, 0);
	client = client_open(other.pid);
	assert_true(client >= 0);
	assert_true(fcntl(client, F_GETFD) & FD_CLOEXEC);
	close(client);
	other_end(&other);
	assert_int_equal(client_open(other.pid), -ENOENT);
	assert_int_equal(open_descriptors(), before);
}

static void refuses_another_user_of_the_same_pid(void **state)
{
	struct other other;
	int failed;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root can be another user\n");
		skip();
	}
	other = other_start(listen_as_another_user, NULL, &failed);
	assert_int_equal(failed, 0);
	assert_int_equal(client_open(other.pid), -ESRCH);
	other_end(&other);
}

/* A client in a thread of its own: asks once. */
struct asking {
	pthread_t thread;
	int client;
	int fd;
	struct wire_answer answer;
	int came;
	bool woken;
	int result;
};

static void *ask_once(void *context)
{
	struct asking *asking = context;

	asking->result = client_ask(asking->client, &status, asking->fd,
				    &asking->answer, &asking->came,
				    &asking->woken);
	return NULL;
}

static void asking_start(struct asking *asking, int client)
{
	*asking = (struct asking){ .client = client, .fd = -1, .came = -2 };
	assert_int_equal(
	    pthread_create(&asking->thread, NULL, ask_once, asking), 0);
}

static int asking_end(struct asking *asking)
{
	assert_int_equal(pthread_join(asking->thread, NULL), 0);
	return asking->result;
}

static void gets_its_answer(void **state)
{
	const struct wire_answer answer = { .kind = WIRE_ANSWER,
					    .error = -EBUSY,
					    .owner = 17,
					    .text_length = 4,
					    .text = "text" };
	struct server_request taken;
	struct asking asking;
	struct ear ear;
	int client, file;

	(void)state;
	ear_open(&ear);
	client = open_client();
	file = file_of("x");
	asking_start(&asking, client);
	ear_take(&ear, &taken);
	assert_true(server_answer(ear.server, &answer, file, false));
	close(file);
	assert_int_equal(asking_end(&asking), 0);
	assert_memory_equal(&asking.answer, &answer, sizeof(answer));
	assert_true(asking.came >= 0);
	assert_false(asking.woken);
	close(asking.came);
	close(client);
	ear_close(&ear);
}

/* Who does not want a descriptor does not get one. */
static void closes_what_it_did_not_ask_for(void **state)
{
	struct wire_answer answer = { .kind = WIRE_ANSWER };
	char message[WIRE_MESSAGE_MAX];
	unsigned before = open_descriptors();
	int pair[2];
	int file = file_of("x");

	(void)state;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(channel_send(pair[1], message,
					      wire_put_answer(message, &answer),
					      file),
				 0);
	assert_int_equal(client_ask(pair[0], &status, -1, &answer, NULL, NULL),
			 0);
	assert_int_equal(client_listen(pair[0], LONG_MS, &answer), 0);
	close(file);
	close(pair[0]);
	close(pair[1]);
	assert_int_equal(open_descriptors(), before);
}

static void notices_a_wake_in_between(void **state)
{
	const struct wire_answer wake = { .kind = WIRE_WAKE };
	struct server_request taken;
	struct asking asking;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	client = open_client();
	for (int is_kept = 0; is_kept < 2; is_kept++) {
		asking_start(&asking, client);
		ear_take(&ear, &taken);
		assert_int_equal(
		    server_tell(ear.server, taken.peer.connection, &wake),
		    is_kept);
		ear_answer(&ear, -EBUSY, true);
		assert_int_equal(asking_end(&asking), 0);
		assert_int_equal(asking.answer.kind, WIRE_ANSWER);
		assert_int_equal(asking.answer.error, -EBUSY);
		assert_int_equal(asking.came, -1);
		assert_int_equal(asking.woken, is_kept);
	}
	close(client);
	ear_close(&ear);
}

static void notices_that_the_supervisor_ends(void **state)
{
	struct server_request taken;
	struct wire_answer answer;
	struct asking asking;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	client = open_client();
	asking_start(&asking, client);
	ear_take(&ear, &taken);
	server_close(ear.server);
	assert_int_equal(asking_end(&asking), -ECONNRESET);
	assert_int_equal(client_listen(client, -1, &answer), -ECONNRESET);
	assert_int_equal(client_ask(client, &status, -1, &answer, NULL, NULL),
			 -ECONNRESET);
	close(client);
	close(ear.wakes);
	assert_int_equal(open_descriptors(), ear.descriptors);
}

static void answers_are_checked(void **state)
{
	static const struct bad_case {
		size_t at;
		char value;
		int expected;
	} cases[] = {
		{ 0, 0, -EBADMSG },
		{ 4, WIRE_VERSION + 1, -EPROTO },
		{ 8, 77, -EBADMSG },
	};
	struct wire_answer answer = { .kind = WIRE_ANSWER };
	char message[WIRE_MESSAGE_MAX];
	size_t length;
	int pair[2];

	(void)state;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		length = wire_put_answer(message, &answer);
		message[cases[i].at] = cases[i].value;
		assert_int_equal(channel_send(pair[1], message, length, -1), 0);
		assert_int_equal(
		    client_ask(pair[0], &status, -1, &answer, NULL, NULL),
		    cases[i].expected);
	}
	close(pair[0]);
	close(pair[1]);
}

static void ignore(int signal_number)
{
	(void)signal_number;
}

/* Signals come all the time: who listens is told so, who asks is not bothered,
 * and loses patience in the end. */
static void patience_is_limited(void **state)
{
	const struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
	const struct itimerval never = { 0 };
	const struct sigaction action = { .sa_handler = ignore };
	struct wire_answer answer;
	uint64_t since;
	int pair[2];

	(void)state;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(client_listen(pair[0], 0, &answer), -ETIMEDOUT);
	assert_int_equal(client_listen(pair[0], 1, &answer), -ETIMEDOUT);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_int_equal(client_listen(pair[0], -1, &answer), -EINTR);
	since = clock_ns(CLOCK_MONOTONIC);
	assert_int_equal(client_ask(pair[0], &status, -1, &answer, NULL, NULL),
			 -ETIMEDOUT);
	since = clock_ns(CLOCK_MONOTONIC) - since;
	assert_true(since >= CLIENT_PATIENCE_MS * UINT64_C(1000000));
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_nobody),
		cmocka_unit_test(refuses_somebody_else),
		cmocka_unit_test(finds_another_process),
		cmocka_unit_test(refuses_another_user_of_the_same_pid),
		cmocka_unit_test(gets_its_answer),
		cmocka_unit_test(closes_what_it_did_not_ask_for),
		cmocka_unit_test(notices_a_wake_in_between),
		cmocka_unit_test(notices_that_the_supervisor_ends),
		cmocka_unit_test(answers_are_checked),
		cmocka_unit_test(patience_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
