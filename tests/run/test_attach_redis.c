/*
 * A server that is busy serving while recorders come and go: no request fails,
 * and it ends as it should.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "support/control.h"
#include "support/fault.h"
#include "support/run.h"

#define ROUNDS_MIN 12

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const programs[] = { "redis-server", "redis-benchmark",
					"redis-cli" };

static bool has_redis(const struct run_place *place)
{
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (!run_has(place, programs[i])) {
			printf("skipped: %s is not there\n", programs[i]);
			return false;
		}
	return true;
}

/* What redis-cli prints for a command. */
static void ask(const struct run_place *place, const char *command,
		struct run_result *ret)
{
	const char *const argv[] = { "redis-cli", "-s", "socket", command,
				     NULL };
	const struct run_spec spec = { .argv = argv };

	assert_int_equal(run_program(ret, place, &spec), 0);
}

static bool answers(const struct run_place *place)
{
	struct run_result result;
	bool is_there;

	ask(place, "ping", &result);
	is_there = !strcmp(text_string(&result.out), "PONG\n");
	run_result_done(&result);
	return is_there;
}

static void start_server(struct run_child *ret, const struct run_place *place)
{
	static const char *const argv[] = {
		"redis-server", "--port", "0", "--unixsocket",
		"socket",       "--save", "",  "--daemonize",
		"no",           "--dir",  ".", NULL
	};
	const struct run_spec spec = { .argv = argv };
	uint64_t until = fault_now_ms() + 30000;

	assert_int_equal(run_start(ret, place, &spec), 0);
	while (!answers(place))
		assert_true(fault_now_ms() < until);
}

static bool is_over(const struct run_child *child)
{
	struct pollfd end = { .fd = child->pidfd, .events = POLLIN };

	return poll(&end, 1, 0) > 0;
}

static void test_busy_server(void **state)
{
	static const char *const load[] = {
		"redis-benchmark", "-s", "socket", "-t", "get,set", "-n",
		"100000",          "-q", NULL
	};
	static const char *const sets[] = { "-p", "-t n -p", "-t s -p" };
	const struct run_spec spec = { .argv = load };
	struct run_child server, benchmark;
	struct run_result result;
	struct run_place place;
	unsigned rounds = 0;

	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	if (!has_redis(&place)) {
		run_place_close(&place);
		skip();
	}
	start_server(&server, &place);
	assert_int_equal(run_start(&benchmark, &place, &spec), 0);
	while (rounds < ROUNDS_MIN || !is_over(&benchmark)) {
		control_do(&place, sets[rounds++ % ARRAY_LEN(sets)],
			   server.pid);
		control_do(&place, "-c -p", server.pid);
	}
	control_must_be_free(server.pid);
	assert_int_equal(run_finish(&benchmark, &result), 0);
	assert_true(run_exited(&result, 0));
	assert_non_null(strstr(text_string(&result.out), "GET: "));
	assert_null(strstr(text_string(&result.out), "Error"));
	run_result_done(&result);
	ask(&place, "shutdown", &result);
	run_result_done(&result);
	assert_int_equal(run_finish(&server, &result), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_busy_server, &users[0]),
		cmocka_unit_test_prestate(test_busy_server, &users[1]),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("attach_redis", tests, NULL, NULL);
}
