/*
 * Chooses by a table which member of a siginfo's union is meant. Which fields
 * that has stands in layout.def.
 */
#include "decode/siginfo.h"

#include <signal.h>

#include "base/array.h"

#define ANY       0 /* signal */
#define CODES_END (SI_KERNEL - 1)

/* The first that fits. */
static const struct choice {
	int32_t signal;
	int32_t first, last; /* si_code */
	enum sysdesc_blob blob;
} choices[] = {
	{ ANY, SI_USER, SI_USER, BLOB_SIGINFO_KILL },
	{ ANY, SI_TKILL, SI_TKILL, BLOB_SIGINFO_KILL },
	{ ANY, SI_TIMER, SI_TIMER, BLOB_SIGINFO_TIMER },
	{ ANY, SI_SIGIO, SI_SIGIO, BLOB_SIGINFO_POLL },
	{ ANY, INT32_MIN, -1, BLOB_SIGINFO_QUEUE },
	{ ANY, SI_KERNEL, INT32_MAX, BLOB_SIGINFO_KILL },
	{ SIGCHLD, CLD_EXITED, CLD_CONTINUED, BLOB_SIGINFO_CHILD },
	{ SIGSYS, 1, CODES_END, BLOB_SIGINFO_CALL },
	{ SIGILL, 1, CODES_END, BLOB_SIGINFO_FAULT },
	{ SIGFPE, 1, CODES_END, BLOB_SIGINFO_FAULT },
	{ SIGSEGV, 1, CODES_END, BLOB_SIGINFO_FAULT },
	{ SIGBUS, 1, CODES_END, BLOB_SIGINFO_FAULT },
	{ SIGTRAP, 1, CODES_END, BLOB_SIGINFO_FAULT },
	/* SIGIO, or what fcntl(2) has put in its place. */
	{ ANY, POLL_IN, POLL_HUP, BLOB_SIGINFO_POLL },
};

static bool fits(const struct choice *choice, int32_t signal, int32_t code)
{
	return (choice->signal == ANY || choice->signal == signal) &&
	       code >= choice->first && code <= choice->last;
}

size_t siginfo_offset(enum sysdesc_abi abi)
{
	/* The union holds pointers. */
	return sysdesc_word(abi) == 8 ? 16 : 12;
}

const struct sysdesc_layout *siginfo_rest(enum sysdesc_abi abi, int32_t signal,
					  int32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(choices); i++)
		if (fits(&choices[i], signal, code))
			return sysdesc_layout(choices[i].blob, abi);
	return sysdesc_layout(BLOB_SIGINFO_KILL, abi);
}
