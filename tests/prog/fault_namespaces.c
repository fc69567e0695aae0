/*
 * What a program may do in, or to, the namespace that it lives in:
 *	children          has three children, waits until there are none left
 *	reaper CMD...     becomes a subreaper, then CMD
 *	jail DIR          changes its root and opens two files there
 *	init CMD...       as pid 1: starts CMD, waits until there are none left
 *	massacre          kills everybody whom it may; only below our own init
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#define NAME "fault_namespace" /* as much as the kernel keeps of it */

static unsigned wait_for_all(pid_t first, int *ret_status)
{
	unsigned count = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, 0)) > 0) {
		count++;
		if (pid == first)
			*ret_status = status;
	}
	return count;
}

static int have_children(char **words)
{
	int reaper = 0;
	int status;

	(void)words;
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			_exit(i);
	prctl(PR_GET_CHILD_SUBREAPER, &reaper);
	printf("children %u, subreaper %d\n", wait_for_all(0, &status), reaper);
	return errno == ECHILD ? 4 : 1;
}

static int be_reaper(char **words)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	execv(words[0], words);
	return 1;
}

static int open_in_jail(char **words)
{
	if (chroot(words[0]) < 0 || chdir("/sub") < 0 ||
	    open("/file", O_RDONLY | O_CLOEXEC) < 0 ||
	    open("other", O_RDONLY | O_CLOEXEC) < 0)
		return 1;
	return 5;
}

static int be_init(char **words)
{
	int status = -1;
	pid_t pid;

	if (getpid() != 1)
		return 1;
	pid = fork();
	if (pid == 0)
		execv(words[0], words);
	wait_for_all(pid, &status);
	printf("it ended with %#x\n", (unsigned)status);
	return 6;
}

/* That pid 1 is be_init() is what makes it harmless. */
static int is_below_our_init(void)
{
	char name[32] = "";
	int fd = open("/proc/1/comm", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, name, sizeof(name) - 1) < 0)
		return 0;
	return getpid() != 1 && getppid() == 1 && !strcmp(name, NAME "\n");
}

static int kill_all(char **words)
{
	int status;

	(void)words;
	if (!is_below_our_init())
		return 1;
	for (int i = 0; i < 2; i++)
		if (fork() == 0)
			for (;;)
				pause();
	printf("kill: %d\n", kill(-1, SIGKILL));
	printf("children %u\n", wait_for_all(0, &status));
	return 5;
}

static const struct verb {
	const char *name;
	int (*act)(char **words);
} verbs[] = {
	{ "children", have_children }, { "reaper", be_reaper },
	{ "jail", open_in_jail },      { "init", be_init },
	{ "massacre", kill_all },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (argc > 1 && !strcmp(argv[1], verbs[i].name))
			return verbs[i].act(argv + 2);
	return 2;
}
