/*
 * A request to the parent's supervisor. Must say nothing to anybody else.
 */
#include "utrace/hand.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "control/client.h"

/* No supervisor of ours is there, or it has just ended. */
static bool is_nobody(int error)
{
	return error == -ENOENT || error == -ESRCH || error == -ECONNRESET;
}

static int ask(pid_t supervisor, const struct wire_request *request)
{
	_cleanup_fd_ int connection = client_open(supervisor);
	struct wire_answer answer;
	int r = connection;

	if (r >= 0)
		r = client_ask(connection, request, -1, &answer, NULL, NULL);
	return r < 0 ? r : answer.error;
}

int hand_to_parent(const void *data, size_t length)
{
	struct wire_request request = {
		.operation = WIRE_UTRACE,
		.pid = getppid(),
		.text_length = (uint32_t)length,
	};
	struct proc_status status;
	int r;

	if (request.pid <= 0 || proc_status(request.pid, &status) < 0 ||
	    !status.tracer)
		return 0;
	memcpy(request.text, data, length);
	r = ask(status.tracer, &request);
	return is_nobody(r) ? 0 : r;
}
