/*
 * Starts programs. Must neither read the trace nor print.
 */
#include "ktruss/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/beside.h"
#include "base/fd.h"
#include "ktruss/options.h"

#define RECORDER    "ktrace-u"
#define NUMBER_ROOM 16
#define EXIT_ABSENT 127

/* A NULL-terminated copy behind the words that there are. */
static const char **add_words(const char **words, const char *const *more)
{
	while (*more)
		*words++ = *more++;
	return words;
}

static size_t count_words(const char *const *words)
{
	size_t count = 0;

	while (words[count])
		count++;
	return count;
}

/* For the child alone: returns only when that cannot be. -errno. */
static int become_recorder(const struct ktruss_options *options, int fd)
{
	const char *const *command = (const char *const *)options->command;
	char file[NUMBER_ROOM], target[NUMBER_ROOM], path[PATH_MAX];
	size_t count = count_words(command) + KTRUSS_WORDS_MAX + 8;
	const char **words = calloc(count, sizeof(*words));
	const char **word = words;

	if (!words)
		return -ENOMEM;
	beside_find(path, RECORDER);
	snprintf(file, sizeof(file), "%d", fd);
	snprintf(target, sizeof(target), "%d", options->pid);
	word = add_words(
	    word, (const char *const[]){ RECORDER, "--take-fd", file, NULL });
	word = add_words(word, options->recording);
	if (options->pid)
		add_words(word, (const char *const[]){ "-p", target, NULL });
	else
		word = add_words(word, (const char *const[]){ "--", NULL });
	if (!options->pid)
		add_words(word, command);
	execvp(path, (char *const *)words);
	return -errno;
}

/* The child says why it is not the recorder, or nothing when it is. */
static void report(int channel, int error)
{
	fd_write_all(channel, &error, sizeof(error));
	_exit(EXIT_ABSENT);
}

static int hear(int channel)
{
	int error = 0;
	ssize_t got;

	do
		got = read(channel, &error, sizeof(error));
	while (got < 0 && errno == EINTR);
	return got == sizeof(error) ? error : 0;
}

static pid_t fork_recorder(const struct ktruss_options *options, int trace,
			   int channel)
{
	/* What interrupts the command is not meant for us, and that nobody
	 * reads what we print is no reason to leave it. */
	static const int ignored[] = { SIGINT, SIGQUIT, SIGPIPE, 0 };
	pid_t pid = beside_fork(ignored);

	if (pid != 0)
		return pid;
	fcntl(trace, F_SETFD, 0);
	report(channel, become_recorder(options, trace));
	return 0;
}

int recording_start(struct recording *ret, const struct ktruss_options *options)
{
	int ends[2], channel[2];
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(channel, O_CLOEXEC) < 0) {
		r = -errno;
		close(ends[0]);
		close(ends[1]);
		return r;
	}
	*ret = (struct recording){ .fd = ends[0] };
	ret->pid = fork_recorder(options, ends[1], channel[1]);
	close(ends[1]);
	close(channel[1]);
	r = ret->pid < 0 ? ret->pid : hear(channel[0]);
	close(channel[0]);
	if (r < 0)
		close(ends[0]);
	if (r < 0 && ret->pid > 0)
		recording_wait(ret);
	return r;
}

int recording_wait(const struct recording *recording)
{
	int status = 0;

	while (waitpid(recording->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

void recording_clear(pid_t pid)
{
	char path[PATH_MAX], target[NUMBER_ROOM];
	pid_t child;

	beside_find(path, RECORDER);
	snprintf(target, sizeof(target), "%d", pid);
	child = fork();
	if (child == 0) {
		execlp(path, RECORDER, "-c", "-p", target, NULL);
		_exit(EXIT_ABSENT);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}
