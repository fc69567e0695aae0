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

#include "base/array.h"
#include "ktruss/options.h"

#define RECORDER    "ktrace-u"
#define NUMBER_ROOM 16
#define EXIT_ABSENT 127

/* The one that lies beside us, else that of the path. */
static void find_recorder(char ret[PATH_MAX])
{
	char self[PATH_MAX - sizeof(RECORDER)];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	snprintf(ret, PATH_MAX, "%s", RECORDER);
	if (length <= 0)
		return;
	self[length] = 0;
	slash = strrchr(self, '/');
	if (!slash)
		return;
	*slash = 0;
	snprintf(ret, PATH_MAX, "%s/%s", self, RECORDER);
	if (access(ret, X_OK) < 0)
		snprintf(ret, PATH_MAX, "%s", RECORDER);
}

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

/* For the child alone: does not return. */
static void become_recorder(const struct ktruss_options *options, int fd)
{
	const char *const *command = (const char *const *)options->command;
	char file[NUMBER_ROOM], target[NUMBER_ROOM], path[PATH_MAX];
	size_t count = count_words(command) + KTRUSS_WORDS_MAX + 8;
	const char **words = calloc(count, sizeof(*words));
	const char **word = words;

	if (!words)
		_exit(EXIT_ABSENT);
	find_recorder(path);
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
	_exit(EXIT_ABSENT);
}

/* What interrupts the command is not meant for us, and that nobody reads what
 * we print is no reason to leave it. The command has them as they were. */
static const int ignored[] = { SIGINT, SIGQUIT, SIGPIPE };

static void ignore(struct sigaction before[ARRAY_LEN(ignored)])
{
	const struct sigaction action = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
		sigaction(ignored[i], &action, &before[i]);
}

static void restore(const struct sigaction before[ARRAY_LEN(ignored)])
{
	for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
		sigaction(ignored[i], &before[i], NULL);
}

int recording_start(struct recording *ret, const struct ktruss_options *options)
{
	struct sigaction before[ARRAY_LEN(ignored)];
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	ignore(before);
	pid = fork();
	if (pid == 0) {
		restore(before);
		fcntl(ends[1], F_SETFD, 0);
		become_recorder(options, ends[1]);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -errno;
	}
	*ret = (struct recording){ .fd = ends[0], .pid = pid };
	return 0;
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

	find_recorder(path);
	snprintf(target, sizeof(target), "%d", pid);
	child = fork();
	if (child == 0) {
		execlp(path, RECORDER, "-c", "-p", target, NULL);
		_exit(EXIT_ABSENT);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}
