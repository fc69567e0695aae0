/*
 * Every way in which a call moves bytes of the program, and those that move
 * bytes without touching it.
 */
#include <fcntl.h>

#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "old.h"
#include "say.h"

static const char text[] = "seventeen letters";
#define LENGTH 17

static char data[16384];
static char other[64];

/* Pieces of what is read or written: 5, none, and the rest. */
static struct iovec three[3] = { { data, 5 },
				 { NULL, 0 },
				 { other, sizeof(other) } };

/* The last call moved so many of these bytes as it returned. */
static void move(int fd, char way, const void *bytes)
{
	if (say.result >= 0)
		say_data(fd, way, bytes, (size_t)say.result);
	say_return();
}

/* What the last call brought into the three pieces. */
static void move_three(int fd, char way)
{
	char joined[5 + sizeof(other)];

	memcpy(joined, data, 5);
	memcpy(joined + 5, other, sizeof(other));
	move(fd, way, joined);
}

static void plain(int file, const int *pipe_fds)
{
	say_call(write, file, (long)text, LENGTH);
	move(file, 'w', text);
	say_call(pread64, file, (long)data, sizeof(data), 5);
	move(file, 'r', data);
	say_call(pwrite64, file, (long)text, 4, 100);
	move(file, 'w', text);
	/* The end of the file: nothing moved, and that is recorded too. */
	say_call(read, file, (long)data, 10);
	move(file, 'r', data);
	say_call(read, -1, (long)data, 10);
	move(-1, 'r', data);
	say_call(read, file, 1, 10);
	move(file, 'r', data);
	say_call(write, pipe_fds[1], (long)data, 6000);
	/* More than a record takes: the beginning. */
	say_data(pipe_fds[1], 'w', data, 4096);
	say_return();
	say_call(read, pipe_fds[0], (long)data, sizeof(data));
	say_data(pipe_fds[0], 'r', data, 4096);
	say_return();
}

static void vectors(int file)
{
	memcpy(data, "abcde", 5);
	memcpy(other, "fghij", 6);
	say_call(writev, file, (long)three, 3);
	move_three(file, 'w');
	say_call(preadv, file, (long)three, 3, 0, 0);
	move_three(file, 'r');
	say_call(pwritev, file, (long)three, 3, 8, 0);
	move_three(file, 'w');
	say_call(preadv2, file, (long)three, 3, 3, 0, 0);
	move_three(file, 'r');
	say_call(pwritev2, file, (long)three, 2, -1, 0, 0);
	move_three(file, 'w');
	say_simple(lseek, file, 2, SEEK_SET);
	say_call(readv, file, (long)three, 3);
	move_three(file, 'r');
	say_call(readv, file, (long)three, -1);
	say_return();
}

static void sockets(const int *pair)
{
	struct msghdr header = { .msg_iov = three, .msg_iovlen = 3 };
	struct mmsghdr many[2] = {
		{ .msg_hdr = { .msg_iov = &three[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &three[2], .msg_iovlen = 1 } },
	};

	say_call(sendto, pair[0], (long)text, LENGTH, 0, 0, 0);
	move(pair[0], 'w', text);
	say_call(recvfrom, pair[1], (long)data, 100, 0, 0, 0);
	move(pair[1], 'r', data);
	/* A message longer than the room: what fits moved, whatever is
	 * returned. */
	say_call(sendto, pair[0], (long)text, LENGTH, 0, 0, 0);
	move(pair[0], 'w', text);
	say_call(recvfrom, pair[1], (long)data, 4, MSG_TRUNC, 0, 0);
	say_data(pair[1], 'r', data, 4);
	say_return();
	say_call(sendmsg, pair[0], (long)&header, 0);
	move_three(pair[0], 'w');
	say_call(recvmsg, pair[1], (long)&header, 0);
	move_three(pair[1], 'r');
	say_call(sendmmsg, pair[0], (long)many, 2, 0);
	say_data(pair[0], 'w', data, 5);
	say_data(pair[0], 'w', other, sizeof(other));
	say_return();
	say_call(recvmmsg, pair[1], (long)many, 2, 0, 0);
	say_data(pair[1], 'r', data, 5);
	say_data(pair[1], 'r', other, sizeof(other));
	say_return();
}

/* The bytes behind the type of a message. Without queues here: calls that fail.
 */
static void messages(int queue)
{
	struct {
		long type;
		char bytes[64];
	} message = { 5, "seventeen letters" };

	for (int i = 0; i < 2; i++) {
		say_call(msgsnd, queue, (long)&message, LENGTH, 0);
		if (say.result == 0)
			say_data(-1, 'w', message.bytes, LENGTH);
		say_return();
	}
	say_call(msgrcv, queue, (long)&message, sizeof(message.bytes), 5, 0);
	move(-1, 'r', message.bytes);
	say_call(msgrcv, queue, (long)&message, 4, 0, MSG_NOERROR);
	move(-1, 'r', message.bytes);
	say_call(msgrcv, queue, (long)&message, 4, 0, IPC_NOWAIT);
	move(-1, 'r', message.bytes);
}

/* Calls that name no descriptor, or whose data come from the kernel. */
static void others(int directory, pid_t self)
{
	struct iovec remote = { (void *)text, LENGTH };
	struct iovec local = { data, LENGTH };

	say_call(process_vm_readv, self, (long)&local, 1, (long)&remote, 1, 0);
	move(-1, 'r', data);
	remote.iov_base = other;
	say_call(process_vm_writev, self, (long)&local, 1, (long)&remote, 1, 0);
	move(-1, 'w', data);
	say_call(getrandom, (long)data, 33, 0);
	move(-1, 'r', data);
	say_call(getdents64, directory, (long)data, 1000);
	move(directory, 'r', data);
	say_call(getcwd, (long)data, sizeof(data));
	move(-1, 'r', data);
	say_old(readlink, (long)"/proc/self/exe", (long)data, sizeof(data));
	say_name("/proc/self/exe");
	move(-1, 'r', data);
	say_old(readlink, (long)"/", (long)data, sizeof(data));
	say_name("/");
	say_return();
}

/* From descriptor to descriptor: no data, but their count. */
static void transfers(int file, int second, const int *pipe_fds)
{
	say_simple(lseek, file, 0, SEEK_SET);
	say_simple(sendfile, second, file, 0, 7);
	say_simple(copy_file_range, file, 0, second, 0, 5, 0);
	say_simple(splice, file, 0, pipe_fds[1], 0, 6, 0);
	say_simple(tee, pipe_fds[0], pipe_fds[0], 1, 0);
	say_simple(splice, pipe_fds[0], 0, second, 0, 6, 0);
}

int main(void)
{
	int file = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int second = open("second", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int directory = open("/", O_RDONLY | O_DIRECTORY);
	int queue = msgget(IPC_PRIVATE, 0600);
	int pipe_fds[2], pair[2];
	pid_t self = getpid();

	if (file < 0 || second < 0 || directory < 0 || pipe(pipe_fds) ||
	    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return 1;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)i;
	say_begin();
	plain(file, pipe_fds);
	vectors(file);
	sockets(pair);
	messages(queue);
	others(directory, self);
	transfers(file, second, pipe_fds);
	say_end();
	msgctl(queue, IPC_RMID, NULL);
	return 0;
}
