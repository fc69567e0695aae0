/*
 * What a shell does to its jobs: stops, continues and ends a process group, and
 * prints what wait tells of each step. Ends as its last job does: by SIGHUP.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

static const int signals[] = { SIGSTOP, SIGCONT, SIGTSTP, SIGCONT,
			       SIGTTIN, SIGCONT, SIGSTOP, SIGTERM };

/* A job of two processes, which sleep for ever. The second one tells when both
 * are there. */
static void be_job(int told)
{
	setpgid(0, 0);
	if (fork() == 0) {
		if (write(told, "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	wait(NULL);
	_exit(0);
}

static pid_t start_job(void)
{
	int pair[2];
	char letter;
	pid_t job;

	if (pipe(pair))
		return -1;
	job = fork();
	if (job == 0)
		be_job(pair[1]);
	if (read(pair[0], &letter, 1) != 1)
		return -1;
	return job;
}

static void print_status(pid_t job, int options)
{
	int status;
	pid_t pid = waitpid(job, &status, options);

	if (pid != job)
		printf("wait: error %d\n", errno);
	else if (WIFSTOPPED(status))
		printf("stopped by %d\n", WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		printf("continued\n");
	else if (WIFSIGNALED(status))
		printf("killed by %d\n", WTERMSIG(status));
	else
		printf("exited with %d\n", WEXITSTATUS(status));
}

/* Who is left of the job is ours once its first one has ended: a subreaper
 * knows when nobody lives any more, and so when a trace must be whole. */
static void wait_for_rest(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	printf("nobody is left: %s\n", errno == ECHILD ? "true" : "false");
}

int main(void)
{
	pid_t job;

	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	job = start_job();
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		kill(-job, signals[i]);
		/* A stopped job sees SIGTERM when it is continued. */
		if (signals[i] != SIGTERM)
			print_status(job, WUNTRACED | WCONTINUED);
	}
	kill(-job, SIGCONT);
	/* Whether it is seen to go on before it ends is chance. */
	print_status(job, 0);
	wait_for_rest();
	raise(SIGHUP);
	return 1;
}
