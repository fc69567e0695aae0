/*
 * A child process whose output goes to memory files, so that no pipe can fill
 * up and nobody has to read while it runs. Judges nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "support/command.h"

#define COMMAND_FAILED 127

static void command_exec(int in, int out, int err, const char *const *argv)
{
	if (in < 0)
		in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(COMMAND_FAILED);
	execvp(argv[0], (char *const *)argv);
	_exit(COMMAND_FAILED);
}

static int command_collect(struct text *text, int fd)
{
	char piece[65536];
	ssize_t got;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((got = fd_read_full(fd, piece, sizeof(piece))) > 0)
		text_bytes(text, piece, (size_t)got);
	return (int)got;
}

int command_run(struct command_result *ret, int in, int out,
		const char *const *argv)
{
	_cleanup_fd_ int own_out = memfd_create("stdout", MFD_CLOEXEC);
	_cleanup_fd_ int err = memfd_create("stderr", MFD_CLOEXEC);
	int error;
	pid_t pid;

	*ret = (struct command_result){ 0 };
	if (own_out < 0 || err < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		command_exec(in, out < 0 ? own_out : out, err, argv);
	while (waitpid(pid, &ret->status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	error = command_collect(&ret->out, own_out);
	return error ? error : command_collect(&ret->err, err);
}

void command_done(struct command_result *result)
{
	text_done(&result->out);
	text_done(&result->err);
}
