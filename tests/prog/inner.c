/*
 * Calls that others carry: those of sockets and of System V IPC, made through
 * socketcall and ipc of i386. Exits with 77 where the kernel takes no int 0x80.
 */
#include "say.h"

#ifdef __x86_64__

#include <sys/msg.h>
#include <sys/socket.h>

#include "i386.h"

#define I386_SOCKETCALL 102
#define I386_IPC        117

static const char text[] = "unmistakable";
#define LENGTH 12

/* What all calls here point at, as i386 has it. */
static struct memory {
	uint32_t words[6];
	uint32_t vector[4];
	uint32_t headers[2][8]; /* struct mmsghdr */
	int32_t pair[2];
	char text[LENGTH + 4];
	char data[64];
	struct {
		int32_t type;
		char bytes[64];
	} message;
} * low;

static uint32_t at(const void *pointer)
{
	return (uint32_t)(uintptr_t)pointer;
}

/* Makes a call, whose return is still to be said. */
static void call(const char *name, long number, int count, const long args[6])
{
	say_enter(name, count, args);
	say.result = i386_call(number, args);
	say.error = say.result < 0 ? (int)-say.result : 0;
	if (say.error)
		say.result = -1;
}

static void socketcall(long command, const uint32_t words[6])
{
	memcpy(low->words, words, sizeof(low->words));
	call("socketcall", I386_SOCKETCALL, 2,
	     (long[6]){ command, at(low->words) });
}

#define WORDS(...) ((const uint32_t[6]){ __VA_ARGS__ })

static void ipc(long command, long first, long second, long third, long pointer,
		long fifth)
{
	call("ipc", I386_IPC, 6,
	     (long[6]){ command, first, second, third, pointer, fifth });
}

/* It moved these bytes, if it worked. */
static void moved(int fd, char way, const char *bytes, size_t length)
{
	if (!say.error)
		say_data(fd, way, bytes, length);
	say_return();
}

static void plain(void)
{
	socketcall(8, WORDS(AF_UNIX, SOCK_DGRAM, 0, at(low->pair)));
	say_return();
	socketcall(9, WORDS(low->pair[0], at(low->text), LENGTH));
	moved(low->pair[0], 'w', text, LENGTH);
	socketcall(10, WORDS(low->pair[1], at(low->data), 64));
	moved(low->pair[1], 'r', text, LENGTH);
	socketcall(11, WORDS(low->pair[1], at(low->text), LENGTH));
	moved(low->pair[1], 'w', text, LENGTH);
	socketcall(12, WORDS(low->pair[0], at(low->data), 4, MSG_TRUNC));
	moved(low->pair[0], 'r', text, 4);
}

static void scattered(void)
{
	/* "mistun", then "mi" */
	memcpy(low->vector, WORDS(at(low->text + 2), 4, at(low->text), 2), 16);
	memcpy(low->headers[0], WORDS(0, 0, at(low->vector), 2), 24);
	memcpy(low->headers[1], WORDS(0, 0, at(low->vector), 1), 24);
	socketcall(16, WORDS(low->pair[0], at(low->headers)));
	moved(low->pair[0], 'w', "mistun", 6);
	socketcall(17, WORDS(low->pair[1], at(low->headers)));
	moved(low->pair[1], 'r', "mistun", 6);
	socketcall(20, WORDS(low->pair[0], at(low->headers), 2));
	if (!say.error)
		say_data(low->pair[0], 'w', "mistun", 6);
	moved(low->pair[0], 'w', "mist", 4);
	socketcall(19, WORDS(low->pair[1], at(low->headers), 2));
	if (!say.error)
		say_data(low->pair[1], 'r', "mistun", 6);
	moved(low->pair[1], 'r', "mist", 4);
}

/* These move nothing, whatever they carry. */
static void empty(void)
{
	socketcall(3, WORDS(low->pair[0], at(low->text), 2));
	say_return();
	socketcall(9, WORDS(-1u, at(low->text), LENGTH));
	say_return();
	socketcall(21, WORDS(low->pair[0], at(low->text), LENGTH));
	say_return();
	call("socketcall", I386_SOCKETCALL, 2, (long[6]){ 9, 1 });
	say_return();
	socketcall(13, WORDS(low->pair[0], SHUT_RDWR));
	say_return();
	ipc(25, 1, 2, 3, 4, 5);
	say_return();
}

static void messages(void)
{
	uint32_t message = at(&low->message);
	long queue;

	ipc(13, IPC_PRIVATE, IPC_CREAT | 0600, 0, 0, 0);
	queue = say.result;
	say_return();
	for (int i = 0; i < 2; i++) {
		low->message.type = 5;
		memcpy(low->message.bytes, text, LENGTH);
		ipc(11, queue, LENGTH, 0, message, 0);
		moved(-1, 'w', text, LENGTH);
	}
	/* Version 1 has the type in its fifth argument, */
	ipc(0x1000c, queue, 64, 0, message, 5);
	moved(-1, 'r', text, LENGTH);
	/* version 0 in memory, beside the address. */
	memcpy(low->words, WORDS(message, 5), 8);
	ipc(12, queue, 4, MSG_NOERROR, at(low->words), 0);
	moved(-1, 'r', text, 4);
	ipc(12, queue, 4, IPC_NOWAIT, at(low->words), 0);
	say_return();
	ipc(14, queue, IPC_RMID, 0, 0, 0);
	say_return();
}

int main(void)
{
	if (!i386_is_open())
		return 77;
	low = i386_memory(sizeof(*low));
	if (!low)
		return 1;
	memcpy(low->text, text, LENGTH);
	say_begin();
	say_line("ABI i386\n");
	plain();
	scattered();
	empty();
	messages();
	say_line("ABI x86_64\n");
	say_end();
	return 0;
}

#else

int main(void)
{
	return 77;
}

#endif
