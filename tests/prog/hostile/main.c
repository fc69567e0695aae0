/*
 * hostile WAY [WORD ...]: prints what became of it.
 */
#include "hostile.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#define SECONDS 10

static const struct {
	const char *name;
	hostile_way *way;
} ways[] = {
	{ "plain", spawn_plain },
	{ "thread", race_thread },
	{ "sharing", race_sharing },
	{ "space", race_space },
	{ "writing", race_writing },
	{ "mem", race_mem },
	{ "link", race_link },
	{ "dup", race_dup },
	{ "vfork", race_vfork },
	{ "clone3", race_clone3 },
	{ "mapped", map_written },
	{ "mapped-cut", map_cut },
	{ "mapped-kept", map_kept },
	{ "mapped-waiting", map_waiting },
	{ "submitted", map_submitted },
	{ "untraced", spawn_untraced },
	{ "untraced3", spawn_untraced3 },
	{ "daemon", spawn_daemon },
	{ "memfd", spawn_memfd },
	{ "unreadable", spawn_unreadable },
	{ "undumpable", spawn_undumpable },
	{ "argv", spawn_argv },
	{ "passing", spawn_passing },
	{ "debugger", spawn_debugger },
	{ "namespace", spawn_namespace },
	{ "unread", memory_name },
	{ "unread-write", memory_written },
	{ "unread-how", memory_how },
	{ "unread-clone3", memory_clone3 },
	{ "unread-secret", memory_secret },
	{ "int80", gate_int80 },
	{ "x32", gate_x32 },
	{ "rings", gate_rings },
	{ "error", gate_error },
	{ "trap", gate_trap },
	{ "kill", gate_kill },
	{ "notify", gate_notify },
	{ "tree", reach_tree },
	{ "handle", reach_handle },
	{ "many", reach_many },
	{ "own", reach_own },
	{ "strike", strike },
	{ "command", command },
	{ "ask", spawn_asking },
	{ "ask-rooted", spawn_asking_rooted },
	{ "tell", spawn_telling },
};

/* Open from the start, so that asking names nothing. */
static int watched = -1;
static time_t deadline;

bool secret_is_there(void)
{
	struct stat status;

	return !fstat(watched, &status) && status.st_nlink > 0;
}

enum outcome secret_gone(void)
{
	return secret_is_there() ? REFUSED : DID;
}

bool secret_is_worth_trying(void)
{
	return secret_is_there() && time(NULL) < deadline;
}

int main(int argc, char **argv)
{
	static const char *const words[] = { "did", "refused", "failed" };

	watched = open(SECRET, O_PATH | O_CLOEXEC);
	deadline = time(NULL) + SECONDS;
	for (size_t i = 0; argc > 1 && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(argv[1], ways[i].name)) {
			puts(words[ways[i].way(argv + 2)]);
			return 0;
		}
	fputs("no such way\n", stderr);
	return 2;
}
