/*
 * A server among clients that mean well: requests come through with who sent
 * them, answers go back, connections stay or end as they should.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <cmocka.h>

#include <ktrace-u/format.h>

#include "ear.h"

static void closes_what_it_opened(void **state)
{
	struct ear ear;

	(void)state;
	ear_open(&ear);
	assert_int_equal(server_kept(ear.server), 0);
	assert_false(server_has_lost(ear.server));
	ear_close(&ear);
	server_close(NULL);
}

/* Every operation, and everything in it. */
static void requests_arrive_whole(void **state)
{
	struct wire_request request = { .flags = WIRE_FLAGS,
					.facilities = KTRFAC_MASK,
					.pid = -12,
					.genio_size = 7,
					.text_length = 5,
					.text = "a,b,c" };
	struct server_request taken;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	for (unsigned i = WIRE_SET; i < WIRE_OPERATION_END; i++) {
		request.operation = i;
		client = open_client();
		assert_int_equal(send_request(client, &request, -1), 0);
		ear_take(&ear, &taken);
		assert_memory_equal(&taken.wire, &request, sizeof(request));
		assert_int_equal(taken.fd, -1);
		ear_answer(&ear, -(int)i, false);
		assert_int_equal(next_error(client), -(int)i);
		assert_int_equal(next_error(client), GONE);
		close(client);
	}
	ear_close(&ear);
}

static void peer_is_who_the_kernel_says(void **state)
{
	gid_t groups[SERVER_GROUPS_MAX];
	struct server_request taken;
	uint64_t first;
	struct ear ear;
	int client;
	int count = getgroups(ARRAY_LEN(groups), groups);

	(void)state;
	ear_open(&ear);
	client = open_client();
	ask(client, WIRE_STATUS, 0);
	ear_take(&ear, &taken);
	assert_true(taken.peer.connection != 0);
	assert_int_equal(taken.peer.pid, getpid());
	assert_int_equal(taken.peer.uid, geteuid());
	assert_int_equal(taken.peer.gid, getegid());
	assert_int_equal(taken.peer.group_count, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(taken.peer.groups[i], groups[i]);
	first = taken.peer.connection;
	ear_answer(&ear, 0, false);
	close(client);
	client = open_client();
	ask(client, WIRE_STATUS, 0);
	ear_take(&ear, &taken);
	assert_true(taken.peer.connection != first);
	ear_answer(&ear, 0, false);
	close(client);
	ear_close(&ear);
}

static void expect_words(int fd, const char *words)
{
	char found[64] = "";

	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(pread(fd, found, sizeof(found) - 1, 0) >= 0);
	assert_string_equal(found, words);
	close(fd);
}

static void descriptors_go_both_ways(void **state)
{
	static const enum wire_operation operations[] = { WIRE_SET,
							  WIRE_CLEAR_FILE };
	const struct wire_answer answer = { .kind = WIRE_ANSWER };
	struct server_request taken;
	struct ear ear;

	(void)state;
	ear_open(&ear);
	for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
		struct wire_request request = { .operation = operations[i] };
		char message[WIRE_MESSAGE_MAX];
		int client = open_client();
		int there = file_of("there");
		int back = file_of("back");
		int came = -1;

		assert_int_equal(send_request(client, &request, there), 0);
		close(there);
		ear_take(&ear, &taken);
		expect_words(taken.fd, "there");
		assert_true(server_answer(ear.server, &answer, back, false));
		close(back);
		assert_true(is_ready(client, POLLIN, LONG_MS));
		assert_true(channel_receive(client, message, sizeof(message),
					    &came) > 0);
		expect_words(came, "back");
		close(client);
	}
	ear_close(&ear);
}

static void discarded_descriptors_are_closed(void **state)
{
	enum { COUNT = 200 };
	struct ear ear;

	(void)state;
	ear_open(&ear);
	for (unsigned i = 0; i < COUNT; i++)
		server_discard(ear.server, file_of("x"));
	ear_close(&ear);
}

/* A request that is not taken is announced again and again. */
static void wakes_until_taken(void **state)
{
	struct server_request taken;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	client = open_client();
	ask(client, WIRE_STATUS, 0);
	for (unsigned i = 0; i < 5; i++)
		ear_await(&ear);
	assert_true(server_take(ear.server, &taken));
	assert_false(server_take(ear.server, &taken));
	ear_answer(&ear, 0, true);
	assert_int_equal(next_error(client), 0);
	close(client);
	for (unsigned i = 0; i < 5; i++)
		ear_await(&ear);
	ear_await_loss(&ear);
	assert_false(server_has_lost(ear.server));
	ear_close(&ear);
}

static uint64_t keep(struct ear *ear, int client)
{
	struct server_request taken;

	ask(client, WIRE_SET, 0);
	ear_take(ear, &taken);
	ear_answer(ear, 0, true);
	assert_int_equal(next_error(client), 0);
	return taken.peer.connection;
}

static void kept_connections_go_on(void **state)
{
	struct server_request taken;
	uint64_t connection;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	client = open_client();
	connection = keep(&ear, client);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(server_kept(ear.server), 1);
		assert_true(server_is_connected(ear.server, connection));
		ask(client, WIRE_CLEAR, i);
		ear_take(&ear, &taken);
		assert_true(taken.peer.connection == connection);
		assert_int_equal(taken.wire.pid, i);
		ear_answer(&ear, 0, true);
		assert_int_equal(next_error(client), 0);
	}
	assert_int_equal(keep(&ear, client), connection);
	close(client);
	ear_await_loss(&ear);
	assert_int_equal(server_kept(ear.server), 0);
	assert_false(server_is_connected(ear.server, connection));
	ear_close(&ear);
}

/* A connection that the recording thread gives up itself is no loss. */
static void kept_connections_can_be_given_up(void **state)
{
	struct server_request taken;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	client = open_client();
	keep(&ear, client);
	ask(client, WIRE_CLEAR, 0);
	ear_take(&ear, &taken);
	ear_answer(&ear, 0, false);
	assert_int_equal(server_kept(ear.server), 0);
	assert_int_equal(next_error(client), 0);
	assert_int_equal(next_error(client), GONE);
	assert_false(server_has_lost(ear.server));
	close(client);
	ear_close(&ear);
}

static void kept_connections_are_told(void **state)
{
	const struct wire_answer wake = { .kind = WIRE_WAKE };
	struct wire_answer answer;
	uint64_t connection;
	struct ear ear;
	int client, other;

	(void)state;
	ear_open(&ear);
	client = open_client();
	other = open_client();
	connection = keep(&ear, client);
	keep(&ear, other);
	assert_true(server_tell(ear.server, connection, &wake));
	assert_int_equal(client_listen(client, LONG_MS, &answer), 0);
	assert_int_equal(answer.kind, WIRE_WAKE);
	assert_int_equal(client_listen(other, 0, &answer), -ETIMEDOUT);
	assert_false(server_tell(ear.server, 0, &wake));
	assert_false(server_tell(ear.server, connection + 1000, &wake));
	close(client);
	ear_await_loss(&ear);
	assert_false(server_tell(ear.server, connection, &wake));
	close(other);
	ear_close(&ear);
}

/* One that talks all the time, and one that asks once. */
static void serves_in_turn(void **state)
{
	enum { TALK = 1000, ONCE = 2000 };
	struct server_request taken;
	unsigned before = 0;
	struct ear ear;
	int talker, other;

	(void)state;
	ear_open(&ear);
	talker = open_client();
	keep(&ear, talker);
	other = open_client();
	for (int i = 0; i < 10; i++)
		ask(talker, WIRE_CLEAR, TALK);
	ear_take(&ear, &taken);
	assert_int_equal(taken.wire.pid, TALK);
	ask(other, WIRE_CLEAR, ONCE);
	ear_answer(&ear, 0, true);
	for (ear_take(&ear, &taken); taken.wire.pid == TALK;
	     ear_take(&ear, &taken)) {
		ear_answer(&ear, 0, true);
		before++;
	}
	assert_int_equal(taken.wire.pid, ONCE);
	/* Which of them is seen first when both speak is not said. */
	assert_in_range(before, 0, 2);
	ear_answer(&ear, 0, false);
	close(talker);
	close(other);
	ear_close(&ear);
}

/* Its end comes before its turn. */
static void the_dead_ask_for_nothing(void **state)
{
	enum { DEAD = 1000, LIVING = 2000 };
	struct server_request taken;
	struct ear ear;
	int dead, living;

	(void)state;
	ear_open(&ear);
	dead = open_client();
	ask(dead, WIRE_CLEAR, DEAD);
	ear_await(&ear);
	living = open_client();
	ask(living, WIRE_CLEAR, LIVING);
	close(dead);
	/* The server is not asked before it has seen that. */
	for (unsigned i = 0; i < 3; i++)
		ear_await(&ear);
	ear_take(&ear, &taken);
	assert_int_equal(taken.wire.pid, LIVING);
	ear_answer(&ear, 0, false);
	close(living);
	ear_close(&ear);
}

static void await_end(struct ear *ear, uint64_t connection)
{
	while (server_is_connected(ear->server, connection))
		poll(NULL, 0, 1);
}

static void the_dead_get_no_answer(void **state)
{
	const struct wire_answer answer = { .kind = WIRE_ANSWER };
	struct server_request taken;
	struct ear ear;
	int client;

	(void)state;
	ear_open(&ear);
	for (int is_kept = 0; is_kept < 2; is_kept++) {
		client = open_client();
		ask(client, WIRE_CLEAR, 0);
		ear_take(&ear, &taken);
		assert_true(
		    server_is_connected(ear.server, taken.peer.connection));
		close(client);
		await_end(&ear, taken.peer.connection);
		assert_false(
		    server_answer(ear.server, &answer, -1, is_kept != 0));
		if (is_kept)
			ear_await_loss(&ear);
		assert_false(server_has_lost(ear.server));
		assert_int_equal(server_kept(ear.server), 0);
	}
	ear_close(&ear);
}

/* Leaves its connection to a child, and ends. */
static int leave_connection(void *context)
{
	pid_t *ret_heir = context;
	int client = client_open(getppid());
	pid_t heir;

	ask(client, WIRE_SET, 0);
	heir = fork();
	if (heir == 0)
		for (;;)
			pause();
	*ret_heir = heir;
	return client < 0 || heir < 0;
}

/* Its pid may be anybody's then. */
static void connections_end_with_who_connected(void **state)
{
	pid_t *heir = mmap(NULL, sizeof(*heir), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct server_request taken;
	struct other other;
	struct ear ear;
	int failed;

	(void)state;
	assert_ptr_not_equal(heir, MAP_FAILED);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ear_open(&ear);
	other = other_start(leave_connection, heir, &failed);
	assert_int_equal(failed, 0);
	ear_take(&ear, &taken);
	assert_int_equal(taken.peer.pid, other.pid);
	ear_answer(&ear, 0, true);
	assert_true(server_is_connected(ear.server, taken.peer.connection));
	other_end(&other);
	assert_false(server_is_connected(ear.server, taken.peer.connection));
	ear_await_loss(&ear);
	kill(*heir, SIGKILL);
	assert_int_equal(waitpid(*heir, NULL, 0), *heir);
	munmap(heir, sizeof(*heir));
	ear_close(&ear);
}

/* With one in each state. */
static void closing_ends_every_connection(void **state)
{
	enum { SILENT, KEPT, TAKEN, READY, COUNT };
	const struct wire_request request = { .operation = WIRE_SET };
	struct server_request taken;
	int clients[COUNT];
	struct ear ear;
	int file;

	(void)state;
	ear_open(&ear);
	for (unsigned i = 0; i < COUNT; i++)
		clients[i] = open_client();
	keep(&ear, clients[KEPT]);
	file = file_of("x");
	assert_int_equal(send_request(clients[TAKEN], &request, file), 0);
	ear_take(&ear, &taken);
	close(taken.fd);
	assert_int_equal(send_request(clients[READY], &request, file), 0);
	close(file);
	server_close(ear.server);
	for (unsigned i = 0; i < COUNT; i++) {
		assert_int_equal(next_error(clients[i]), GONE);
		close(clients[i]);
	}
	close(ear.wakes);
	assert_int_equal(open_descriptors(), ear.descriptors);
}

static int live_on(void *context)
{
	(void)context;
	return 0;
}

/* A child has the listening socket too: clients must not be left to wait at a
 * door that nobody opens. */
static void closed_is_closed_for_children_too(void **state)
{
	struct other other;
	struct ear ear;
	int client, failed;

	(void)state;
	ear_open(&ear);
	other = other_start(live_on, NULL, &failed);
	server_close(ear.server);
	assert_int_equal(client_open(getpid()), -ENOENT);
	close(ear.wakes);
	/* By another name. */
	ear_open(&ear);
	client = open_client();
	keep(&ear, client);
	close(client);
	ear_close(&ear);
	other_end(&other);
}

/* The request, and its descriptor, are in the server's hands. */
static void closing_ends_what_was_not_taken(void **state)
{
	const struct wire_request request = { .operation = WIRE_SET };
	struct ear ear;
	int client, file;

	(void)state;
	ear_open(&ear);
	client = open_client();
	file = file_of("x");
	assert_int_equal(send_request(client, &request, file), 0);
	close(file);
	ear_await(&ear);
	server_close(ear.server);
	assert_int_equal(next_error(client), GONE);
	close(client);
	close(ear.wakes);
	assert_int_equal(open_descriptors(), ear.descriptors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closes_what_it_opened),
		cmocka_unit_test(requests_arrive_whole),
		cmocka_unit_test(peer_is_who_the_kernel_says),
		cmocka_unit_test(descriptors_go_both_ways),
		cmocka_unit_test(discarded_descriptors_are_closed),
		cmocka_unit_test(wakes_until_taken),
		cmocka_unit_test(kept_connections_go_on),
		cmocka_unit_test(kept_connections_can_be_given_up),
		cmocka_unit_test(kept_connections_are_told),
		cmocka_unit_test(serves_in_turn),
		cmocka_unit_test(the_dead_ask_for_nothing),
		cmocka_unit_test(the_dead_get_no_answer),
		cmocka_unit_test(connections_end_with_who_connected),
		cmocka_unit_test(closing_ends_every_connection),
		cmocka_unit_test(closed_is_closed_for_children_too),
		cmocka_unit_test(closing_ends_what_was_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
