/*
 * By the port of who sent it: as the call says it, or else the kernel, of the
 * socket, which is ours to look at while the thread is stopped.
 */
#include "supervisor/answer.h"

#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "capture/capture.h"
#include "supervisor/state.h"
#include "sysdesc/select.h"
#include "sysdesc/sets.h"

#define PORT 53 /* of name servers */

static bool is_filled(const struct sysdesc_arg *arg)
{
	return arg->direction == DIRECTION_OUT &&
	       (arg->kind == KIND_BYTES || arg->kind == KIND_MSGHDR ||
		arg->kind == KIND_MMSGHDR);
}

static bool may_bring(const struct sysdesc_row *row)
{
	if (!(row->classes & CLASS_NETWORK) || !row->narg ||
	    row->arg[0].kind != KIND_FD)
		return false;
	for (unsigned i = 1; i < row->narg; i++)
		if (is_filled(&row->arg[i]))
			return true;
	return false;
}

void answer_select(struct select *calls)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (may_bring(sysdesc_row(i)))
			select_add(calls, sysdesc_row(i));
}

/* ---- who sent it ---- */

/* Both families have it in one place. */
static bool is_server(const struct sockaddr_in *address)
{
	return (address->sin_family == AF_INET ||
		address->sin_family == AF_INET6) &&
	       ntohs(address->sin_port) == PORT;
}

static bool read_memory(struct task *task, uint64_t address, void *to,
			uint32_t length)
{
	struct capture_memory memory = state_memory(task);
	struct capture_piece piece = { address, to, length, 0 };

	memory.read(memory.context, &piece, 1);
	return piece.got == length;
}

/* Where the call has put the address; 0: nowhere. Of messages, the first. */
static uint64_t find_sender(struct task *task)
{
	const struct capture_call *call = &task->call;

	for (unsigned i = 1; i < call->row->narg; i++) {
		const struct sysdesc_arg *arg = &call->row->arg[i];
		uint64_t address = 0;

		if (arg->kind == KIND_BLOB && arg->set == BLOB_SOCKADDR)
			return call->args[i];
		if (is_filled(arg) && arg->kind != KIND_BYTES &&
		    read_memory(task, call->args[i], &address, call->word))
			return address;
	}
	return 0;
}

static bool is_from_server(struct task *task)
{
	struct sockaddr_in address = { .sin_family = AF_UNSPEC };
	uint64_t sender = find_sender(task);
	size_t head = offsetof(struct sockaddr_in, sin_addr);

	return sender && read_memory(task, sender, &address, (uint32_t)head) &&
	       is_server(&address);
}

static bool leads_to_server(const struct task *task)
{
	struct sockaddr_in6 peer;
	struct sockaddr_in address;
	socklen_t length = sizeof(peer);
	_cleanup_fd_ int pidfd = (int)syscall(SYS_pidfd_open,
					      task->process->pid, 0);
	_cleanup_fd_ int fd = pidfd < 0
				  ? -1
				  : (int)syscall(SYS_pidfd_getfd, pidfd,
						 (int)task->call.args[0], 0);

	if (fd < 0 || getpeername(fd, (struct sockaddr *)&peer, &length) < 0 ||
	    length < sizeof(address))
		return false;
	memcpy(&address, &peer, sizeof(address));
	return is_server(&address);
}

void answer_at_exit(const struct supervisor *supervisor, struct task *task,
		    struct capture_policy *policy)
{
	const struct capture_call *call = &task->call;

	if (!supervisor->config->answers ||
	    policy->facilities & KTRFAC(KTR_GENIO) || !call->row ||
	    call->failed || call->result <= 0 || !may_bring(call->row) ||
	    !(is_from_server(task) || leads_to_server(task)))
		return;
	policy->facilities |= KTRFAC(KTR_GENIO);
	policy->genio_size = ANSWER_MAX;
	policy->genio_all = false;
	task->brings_answer = true;
}

void answer_end(struct task *task)
{
	task->brings_answer = false;
}
