/*
 * Who gets a place and who gets the name: other users cannot shut out our own
 * and root, and a name that is taken is left to whoever has it.
 */
#include <grp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ear.h"

#define ALL_NAMES 16

/* Connects, and has the connection kept. Its error, or what it was answered. */
static int open_kept(pid_t supervisor, int *ret)
{
	const struct wire_request request = { .operation = WIRE_STATUS };
	struct wire_answer answer;
	int error;

	*ret = client_open(supervisor);
	if (*ret < 0)
		return *ret;
	error = client_ask(*ret, &request, -1, &answer, NULL, NULL);
	return error ? error : answer.error;
}

/* As another user: as many connections as there can be. How many there were,
 * or 255 when it ended otherwise than by -EUSERS. */
static int take_places(void *context)
{
	const uid_t *uid = context;
	int client, count;
	int error = 0;

	if (setgid(*uid) < 0 || setuid(*uid) < 0)
		return 255;
	for (count = 0; !error && count < 255; count++)
		error = open_kept(getppid(), &client);
	return error == -EUSERS ? count - 1 : 255;
}

/* Answers all, in a thread of its own: the tests wait for other processes. */
struct answering {
	struct ear *ear;
	pthread_t thread;
	int stop;
};

static void *answer_all(void *context)
{
	const struct wire_answer answer = { .kind = WIRE_ANSWER };
	struct answering *answering = context;
	struct pollfd fds[] = {
		{ .fd = answering->stop, .events = POLLIN },
		{ .fd = answering->ear->wakes, .events = POLLIN },
	};
	struct server_request taken;
	eventfd_t count;

	while (poll(fds, ARRAY_LEN(fds), -1) > 0 && !fds[0].revents) {
		eventfd_read(answering->ear->wakes, &count);
		server_has_lost(answering->ear->server);
		while (server_take(answering->ear->server, &taken))
			server_answer(answering->ear->server, &answer, -1,
				      true);
	}
	return NULL;
}

static void answering_start(struct answering *answering, struct ear *ear)
{
	answering->ear = ear;
	answering->stop = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(
	    pthread_create(&answering->thread, NULL, answer_all, answering), 0);
}

static void answering_stop(struct answering *answering)
{
	eventfd_write(answering->stop, 1);
	pthread_join(answering->thread, NULL);
	close(answering->stop);
}

static void own_user_has_all_places(void **state)
{
	int clients[SERVER_CONNECTIONS_MAX];
	struct answering answering;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	answering_start(&answering, &ear);
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		assert_int_equal(open_kept(getpid(), &clients[i]), 0);
	assert_int_equal(server_kept(ear.server), SERVER_CONNECTIONS_MAX);
	assert_int_equal(open_kept(getpid(), &client), -EUSERS);
	close(client);
	/* A place that gets free is there at once. */
	close(clients[0]);
	assert_int_equal(open_kept(getpid(), &clients[0]), 0);
	for (unsigned i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		close(clients[i]);
	answering_stop(&answering);
	ear_close(&ear);
}

static void others_leave_room(void **state)
{
	enum { USERS = SERVER_STRANGERS_MAX / SERVER_PER_USER_MAX + 1 };
	int clients[SERVER_PER_USER_MAX];
	struct other others[USERS];
	struct answering answering;
	struct ear ear;
	uid_t uid = 65534;
	int count;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root can be several users\n");
		skip();
	}
	ear_open(&ear);
	answering_start(&answering, &ear);
	for (unsigned i = 0; i < USERS; i++, uid--) {
		others[i] = other_start(take_places, &uid, &count);
		assert_int_equal(count,
				 i < USERS - 1 ? SERVER_PER_USER_MAX : 0);
	}
	for (unsigned i = 0; i < SERVER_PER_USER_MAX; i++)
		assert_int_equal(open_kept(getpid(), &clients[i]), 0);
	assert_int_equal(server_kept(ear.server), SERVER_CONNECTIONS_MAX);
	for (unsigned i = 0; i < SERVER_PER_USER_MAX; i++)
		close(clients[i]);
	for (unsigned i = USERS; i-- > 0;)
		other_end(&others[i]);
	answering_stop(&answering);
	ear_close(&ear);
}

/* What the kernel says of another user. */
static int ask_as_nobody(void *context)
{
	const gid_t groups[] = { 1234, 5678 };
	const struct wire_request request = { .operation = WIRE_STATUS };
	int client;

	(void)context;
	if (setgroups(ARRAY_LEN(groups), groups) < 0 || setgid(65533) < 0 ||
	    setuid(65534) < 0)
		return 1;
	client = client_open(getppid());
	return client < 0 || send_request(client, &request, -1) < 0;
}

static void other_users_are_told_apart(void **state)
{
	struct server_request taken;
	struct other other;
	struct ear ear;
	int failed;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root can be another user\n");
		skip();
	}
	ear_open(&ear);
	other = other_start(ask_as_nobody, NULL, &failed);
	assert_int_equal(failed, 0);
	ear_take(&ear, &taken);
	assert_int_equal(taken.peer.pid, other.pid);
	assert_int_equal(taken.peer.uid, 65534);
	assert_int_equal(taken.peer.gid, 65533);
	assert_int_equal(taken.peer.group_count, 2);
	assert_int_equal(taken.peer.groups[0], 1234);
	assert_int_equal(taken.peer.groups[1], 5678);
	ear_answer(&ear, 0, false);
	other_end(&other);
	ear_close(&ear);
}

/* More groups than are kept. */
static int ask_with_many_groups(void *context)
{
	gid_t groups[SERVER_GROUPS_MAX + 100];

	for (unsigned i = 0; i < ARRAY_LEN(groups); i++)
		groups[i] = i + 10;
	if (setgroups(ARRAY_LEN(groups), groups) < 0)
		return 1;
	return send_request(client_open(getppid()), context, -1) < 0;
}

static void some_groups_of_many_are_kept(void **state)
{
	struct wire_request request = { .operation = WIRE_STATUS };
	struct server_request taken;
	struct other other;
	struct ear ear;
	int failed;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root can have any group\n");
		skip();
	}
	ear_open(&ear);
	other = other_start(ask_with_many_groups, &request, &failed);
	assert_int_equal(failed, 0);
	ear_take(&ear, &taken);
	assert_int_equal(taken.peer.group_count, SERVER_GROUPS_MAX);
	for (unsigned i = 0; i < SERVER_GROUPS_MAX; i++)
		assert_int_equal(taken.peer.groups[i], i + 10);
	ear_answer(&ear, 0, false);
	other_end(&other);
	ear_close(&ear);
}

/* Holds the first names of a supervisor. */
struct squat {
	pid_t supervisor;
	unsigned count;
	bool listens;
	bool is_full; /* nobody gets a connection any more */
};

/* Connections to itself until there is no room for more. */
static void fill_backlog(const struct sockaddr_un *address, socklen_t length)
{
	int fd;

	do
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	while (connect(fd, (const struct sockaddr *)address, length) == 0);
}

static int hold_names(void *context)
{
	const struct squat *squat = context;
	struct sockaddr_un address;
	socklen_t length;
	int fd;

	for (unsigned i = 0; i < squat->count; i++) {
		length = wire_address(&address, squat->supervisor, i);
		fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
		if (bind(fd, (struct sockaddr *)&address, length) < 0)
			return 1;
		if (squat->listens && listen(fd, 1) < 0)
			return 2;
		if (squat->is_full)
			fill_backlog(&address, length);
	}
	return 0;
}

static void taken_names_are_passed_by(void **state)
{
	static const struct squat cases[] = {
		{ .count = 1, .listens = true },
		{ .count = 1 },
		{ .count = ALL_NAMES - 1, .listens = true },
		{ .count = ALL_NAMES - 1, .listens = true, .is_full = true },
	};
	struct answering answering;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct squat squat = cases[i];
		struct other other;
		struct ear ear;
		int client, failed;

		squat.supervisor = getpid();
		other = other_start(hold_names, &squat, &failed);
		assert_int_equal(failed, 0);
		ear_open(&ear);
		answering_start(&answering, &ear);
		assert_int_equal(open_kept(getpid(), &client), 0);
		close(client);
		/* A name that gets free does not hide the one in use. */
		other_end(&other);
		ear.descriptors--;
		assert_int_equal(open_kept(getpid(), &client), 0);
		close(client);
		answering_stop(&answering);
		ear_close(&ear);
	}
}

static void all_names_may_be_taken(void **state)
{
	struct squat squat = { .supervisor = getpid(),
			       .count = ALL_NAMES,
			       .listens = true };
	struct server *server = NULL;
	struct ear ear = { .wakes = -1 };
	struct server_config config = ear_config(&ear);
	unsigned before;
	struct other other;
	int failed;

	(void)state;
	other = other_start(hold_names, &squat, &failed);
	assert_int_equal(failed, 0);
	before = open_descriptors();
	assert_int_equal(server_open(&server, &config), -EADDRINUSE);
	assert_null(server);
	assert_int_equal(client_open(getpid()), -ESRCH);
	assert_int_equal(open_descriptors(), before);
	other_end(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_user_has_all_places),
		cmocka_unit_test(others_leave_room),
		cmocka_unit_test(other_users_are_told_apart),
		cmocka_unit_test(some_groups_of_many_are_kept),
		cmocka_unit_test(taken_names_are_passed_by),
		cmocka_unit_test(all_names_may_be_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
