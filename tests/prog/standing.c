/*
 * Calls whose names another thread changes while they are made.
 *
 * standing names DIR [ROUNDS]: removes DIR/1 or DIR/2, whichever the other
 * thread has the name be when the kernel reads it; prints which was gone, each
 * time. standing fifo FILE: opens a FIFO that only the other thread can open
 * at its other end. standing spawn: another thread makes children that use its
 * memory, and they look for programs that are not there.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

static char path[4096];
static volatile char *volatile digit;
static atomic_bool done;

static void *flip(void *unused)
{
	(void)unused;
	while (!done)
		*digit ^= '1' ^ '2';
	return NULL;
}

static int make(const char *directory, int number)
{
	char name[4096];
	int fd;

	snprintf(name, sizeof(name), "%s/%d", directory, number);
	fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : close(fd);
}

static int is_gone(const char *directory, int number)
{
	char name[4096];

	snprintf(name, sizeof(name), "%s/%d", directory, number);
	return access(name, F_OK) < 0;
}

static int remove_names(const char *directory, long rounds)
{
	pthread_t thread;

	snprintf(path, sizeof(path), "%s/1", directory);
	digit = path + strlen(path) - 1;
	if (pthread_create(&thread, NULL, flip, NULL))
		return 1;
	for (long i = 0; i < rounds; i++) {
		if (make(directory, 1) || make(directory, 2) ||
		    unlinkat(AT_FDCWD, path, 0))
			return 2;
		putchar(is_gone(directory, 1) ? '1' : '2');
	}
	done = true;
	pthread_join(thread, NULL);
	putchar('\n');
	return 0;
}

static void *open_other_end(void *file)
{
	int fd;

	/* Not before the other one waits, or nothing would be tried. */
	usleep(20000);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? file : NULL;
}

static int open_fifo(char *file)
{
	void *failed = NULL;
	pthread_t thread;
	int fd;

	if (mkfifo(file, 0600) ||
	    pthread_create(&thread, NULL, open_other_end, file))
		return 1;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	pthread_join(thread, &failed);
	return fd < 0 || failed;
}

static int spawn(void)
{
	pthread_t thread;

	digit = path;
	if (pthread_create(&thread, NULL, flip, NULL))
		return 1;
	for (int i = 0; i < 50; i++) {
		pid_t pid = vfork();

		if (pid == 0) {
			execl("/nonexistent/1", "1", NULL);
			execl("/nonexistent/2", "2", NULL);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			return 2;
	}
	done = true;
	pthread_join(thread, NULL);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "names") && argc > 2)
		return remove_names(argv[2], argc > 3 ? atol(argv[3]) : 200);
	if (!strcmp(what, "fifo") && argc > 2)
		return open_fifo(argv[2]);
	return strcmp(what, "spawn") ? 1 : spawn();
}
