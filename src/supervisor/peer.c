/*
 * The name is read where the call has it, and asked of the kernel behind it, as
 * place.c does: nobody else may have changed names meanwhile.
 */
#include "supervisor/peer.h"

#include <limits.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "supervisor/path.h"
#include "supervisor/place.h"
#include "supervisor/state.h"
#include "sysdesc/sets.h"
#include "tracee/memory.h"

/* A call, or what it carries. */
struct asked {
	pid_t tid;
	const struct sysdesc_row *row;
	const uint64_t *args;
	uint32_t word; /* bytes of a pointer */
};

/* The path that it names a socket by. */
struct peer_name {
	unsigned arg;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
};

static bool read_all(pid_t tid, uint64_t address, void *to, uint32_t length)
{
	struct memory_piece piece = { address, to, length, 0 };

	return memory_read(tid, &piece, 1) == 0 && piece.got == length;
}

static bool names_sockets(const struct sysdesc_row *row)
{
	if (!row->narg || row->arg[0].kind != KIND_FD)
		return false;
	return row->arg[0].set == USE_CONNECT || row->arg[0].set == USE_BIND ||
	       row->arg[0].set == USE_SEND;
}

/* The first members of a struct msghdr: a pointer, and how long that is. */
static bool find_in_message(const struct asked *asked, uint64_t message,
			    uint64_t *ret_address, uint32_t *ret_length)
{
	*ret_address = 0;
	return read_all(asked->tid, message, ret_address, asked->word) &&
	       read_all(asked->tid, message + asked->word, ret_length,
			sizeof(*ret_length));
}

/* Of many messages at once none is looked at. */
static bool find_address(const struct asked *asked, unsigned *ret_arg,
			 uint64_t *ret_address, uint32_t *ret_length)
{
	const struct sysdesc_row *row = asked->row;

	for (unsigned i = 1; i < row->narg; i++) {
		const struct sysdesc_arg *arg = &row->arg[i];

		*ret_arg = i;
		if (arg->direction != DIRECTION_IN)
			continue;
		if (arg->kind == KIND_MSGHDR)
			return find_in_message(asked, asked->args[i],
					       ret_address, ret_length);
		if (arg->kind != KIND_BLOB || arg->set != BLOB_SOCKADDR)
			continue;
		*ret_address = asked->args[i];
		*ret_length = (uint32_t)asked->args[arg->len_arg];
		return true;
	}
	return false;
}

/* False: it names none, or one that is no file. */
static bool find_name(const struct asked *asked, struct peer_name *ret)
{
	struct sockaddr_un address = { .sun_family = AF_UNSPEC };
	uint32_t length, head = offsetof(struct sockaddr_un, sun_path);
	uint64_t at;

	if (!names_sockets(asked->row) ||
	    !find_address(asked, &ret->arg, &at, &length) || !at)
		return false;
	length = MIN(length, (uint32_t)sizeof(address));
	if (length <= head || !read_all(asked->tid, at, &address, length) ||
	    address.sun_family != AF_UNIX || !address.sun_path[0])
		return false;
	memset(ret->path, 0, sizeof(ret->path));
	memcpy(ret->path, address.sun_path, length - head);
	return true;
}

bool peer_is_named(const struct task *task, const struct sysdesc_row *row,
		   const struct tracee_syscall *at)
{
	const struct sysdesc_inner *inner = sysdesc_inner_find(row,
							       at->args[0]);
	const struct asked asked = {
		.tid = task->tid,
		.row = row,
		.args = at->args,
		.word =
		    sysdesc_word(sysdesc_abi_of(at->audit_arch, at->number)),
	};
	struct peer_name name;

	/* Where the arguments of what is carried are is known later. */
	return inner ? names_sockets(inner->row) : find_name(&asked, &name);
}

void peer_at_exit(struct supervisor *supervisor, struct task *task)
{
	const struct capture_call *call = &task->call;
	const struct asked asked = {
		.tid = task->tid,
		.row = call->inner ? call->inner->row : call->row,
		.args = call->inner ? call->inner_args : call->args,
		.word = call->inner ? sizeof(uint32_t) : call->word,
	};
	char path[2 * PATH_MAX + 2];
	struct peer_name name;
	bool is_rooted;

	if (!supervisor->config->resolves || call->failed || !call->row ||
	    !find_name(&asked, &name))
		return;
	if (still_has_names(supervisor, task) &&
	    path_of_name(supervisor, task, name.path, path, sizeof(path),
			 &is_rooted))
		place_put_socket(task, name.arg, path, is_rooted);
	else
		place_doubt(task, name.arg, name.path);
}
