/*
 * From a request to its answer. Must hold nobody up: who asks is answered when
 * the threads concerned have stopped, and until then nobody else is served.
 */
#include "supervisor/request.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "supervisor/order.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"
#include "supervisor/status.h"

/* The answer to be given, while threads are awaited. */
struct request_pending {
	struct request request;
	struct wire_answer answer;
	int answer_fd; /* goes along, or -1; ours */
	bool keep;     /* the connection stays */
};

/* ---- operations ---- */

static int change(struct supervisor *supervisor,
		  struct request_pending *pending,
		  int (*order)(struct supervisor *, struct request *,
			       struct wire_answer *))
{
	bool reset;
	int r = owner_admit(supervisor, &pending->request, &pending->answer,
			    &reset);

	if (r < 0)
		return r;
	if (reset)
		order_reset(supervisor, "another owner takes over");
	pending->keep = pending->request.wire.flags & WIRE_HOLD;
	return order(supervisor, &pending->request, &pending->answer);
}

static int do_set(struct supervisor *supervisor,
		  struct request_pending *pending)
{
	int r = order_check(&pending->request);

	/* What cannot be done takes nothing from anybody. */
	return r < 0 ? r : change(supervisor, pending, order_set);
}

static int do_clear(struct supervisor *supervisor,
		    struct request_pending *pending)
{
	return change(supervisor, pending, order_clear);
}

/* Everybody is asked, whoever owns them: most have nothing to do with it. */
static int do_clear_file(struct supervisor *supervisor,
			 struct request_pending *pending)
{
	int fd = pending->request.fd;

	if (fd >= 0 && !sessions_find(supervisor, fd))
		return 0;
	return change(supervisor, pending, order_clear_file);
}

static int do_clear_mine(struct supervisor *supervisor,
			 struct request_pending *pending)
{
	return change(supervisor, pending, order_clear_mine);
}

static int do_status(struct supervisor *supervisor,
		     struct request_pending *pending)
{
	pending->answer_fd = status_write(supervisor, &pending->request);
	return MIN(pending->answer_fd, 0);
}

static int do_register(struct supervisor *supervisor,
		       struct request_pending *pending)
{
	int r = owner_register(supervisor, &pending->request);

	pending->keep = !r;
	return r;
}

static int do_owner(struct supervisor *supervisor,
		    struct request_pending *pending)
{
	bool reset;
	int r = owner_name(supervisor, &pending->request, &reset);

	if (reset)
		order_reset(supervisor, "another owner was named");
	return r;
}

static int do_pause(struct supervisor *supervisor,
		    struct request_pending *pending)
{
	return owner_pause(supervisor, &pending->request);
}

static int do_resume(struct supervisor *supervisor,
		     struct request_pending *pending)
{
	return owner_resume(supervisor, &pending->request);
}

static int do_utrace(struct supervisor *supervisor,
		     struct request_pending *pending)
{
	return order_utrace(supervisor, &pending->request, &pending->answer);
}

/* Everybody is asked; most have no such file. */
static int do_snapshot(struct supervisor *supervisor,
		       struct request_pending *pending)
{
	int fd = pending->request.fd;
	int r;

	if (fd >= 0 && !flight_is(supervisor, fd))
		return 0;
	if (!pending->request.from.is_root)
		return -EPERM;
	r = flight_write(supervisor);
	pending->answer.set = r == 0;
	return r;
}

static int (*const operations[])(struct supervisor *,
				 struct request_pending *) = {
	[WIRE_SET] = do_set,
	[WIRE_CLEAR] = do_clear,
	[WIRE_CLEAR_FILE] = do_clear_file,
	[WIRE_CLEAR_MINE] = do_clear_mine,
	[WIRE_STATUS] = do_status,
	[WIRE_REGISTER] = do_register,
	[WIRE_OWNER] = do_owner,
	[WIRE_PAUSE] = do_pause,
	[WIRE_RESUME] = do_resume,
	[WIRE_UTRACE] = do_utrace,
	[WIRE_SNAPSHOT] = do_snapshot,
};

_Static_assert(ARRAY_LEN(operations) == WIRE_OPERATION_END,
	       "every operation is known");

/* ---- from the server and back ---- */

/* The recording thread may be about to sleep: the server repeats it. */
static void wake(void *context)
{
	const struct supervisor *supervisor = context;

	syscall(SYS_tgkill, supervisor->pid, supervisor->pid, SIGALRM);
}

void request_open(struct supervisor *supervisor)
{
	struct server_config config = { .wake = wake, .context = supervisor };
	int r;

	supervisor->pid = config.pid = getpid();
	r = server_open(&supervisor->server, &config);
	if (r < 0)
		supervisor->server = NULL;
}

void request_close(struct supervisor *supervisor)
{
	server_close(supervisor->server);
	supervisor->server = NULL;
}

/* The background recorder stays, whatever it is told: it waits for its turn. */
static bool stays(const struct supervisor *supervisor)
{
	const struct request_pending *pending = supervisor->request;

	return pending->request.connection == supervisor->owner.background ||
	       (pending->keep && !pending->answer.error);
}

static void answer(struct supervisor *supervisor, const pid_t *late,
		   unsigned late_count)
{
	struct request_pending *pending = supervisor->request;
	_cleanup_fd_ int answer_fd = pending->answer_fd;
	struct wire_answer *answer = &pending->answer;

	answer->late_count = MIN(late_count, (unsigned)WIRE_LATE_MAX);
	for (unsigned i = 0; i < answer->late_count; i++)
		answer->late[i] = late[i];
	/* That may take as long as a client likes. */
	if (pending->request.fd >= 0)
		server_discard(supervisor->server, pending->request.fd);
	server_answer(supervisor->server, answer, answer_fd, stays(supervisor));
	supervisor->request = NULL;
	free(pending);
}

/* "Root" is our own user, or who may trace us and all we do. */
static bool is_root(const struct judge_credential *credential)
{
	return credential->caller.credential.uid.effective == geteuid() ||
	       credential->caller.has_ptrace_capability;
}

static int identify(struct supervisor *supervisor, struct request_from *ret,
		    const struct server_peer *peer)
{
	int r = judge_peer(&ret->credential, peer->pid, peer->uid, peer->gid,
			   peer->groups, peer->group_count);

	if (r < 0)
		return r;
	/* Then it was its own /proc that was looked at. */
	if (!server_is_connected(supervisor->server, peer->connection))
		return -ESRCH;
	ret->is_root = is_root(&ret->credential);
	proc_comm(peer->pid, ret->name);
	return 0;
}

static void do_request(struct supervisor *supervisor,
		       struct request_pending *pending,
		       const struct server_peer *peer)
{
	const pid_t nobody[1] = { 0 };
	int r = identify(supervisor, &pending->request.from, peer);

	if (!r)
		r = operations[pending->request.wire.operation](supervisor,
								pending);
	pending->answer.error = r;
	if (supervisor->await.waiting)
		await_begin(supervisor, answer);
	else
		answer(supervisor, nobody, 0);
}

static struct request_pending *take(struct supervisor *supervisor,
				    struct server_request *taken)
{
	struct request_pending *pending;

	if (!server_take(supervisor->server, taken))
		return NULL;
	pending = calloc(1, sizeof(*pending));
	if (!pending) {
		const struct wire_answer none = { .kind = WIRE_ANSWER,
						  .error = -ENOMEM };

		server_answer(supervisor->server, &none, -1, false);
		return NULL;
	}
	pending->request.wire = taken->wire;
	pending->request.connection = taken->peer.connection;
	pending->request.fd = taken->fd;
	pending->answer.kind = WIRE_ANSWER;
	pending->answer_fd = -1;
	supervisor->request = pending;
	return pending;
}

void request_serve(struct supervisor *supervisor)
{
	struct request_pending *pending;
	struct server_request taken;

	if (!supervisor->server)
		return;
	/* Who is gone is found out where it matters. */
	server_has_lost(supervisor->server);
	/* Who is about to be let go cannot be set again until he is. */
	if (supervisor->await.tell || supervisor->parked)
		return;
	pending = take(supervisor, &taken);
	if (pending)
		do_request(supervisor, pending, &taken.peer);
}
