/*
 * Runs programs for integration tests: natively or under ktrace-u, each in a
 * fresh temporary directory, as whom the test runs or as an ordinary user, with
 * a time limit. Keeps what they print and how they end. Judges nothing.
 */
#ifndef SUPPORT_RUN_H
#define SUPPORT_RUN_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/text.h"

enum run_user {
	RUN_AS_SELF,
	RUN_AS_ORDINARY, /* the same where the test is no root's */
};

/*
 * A fresh directory, which belongs to the user that runs programs in it, and is
 * their HOME. What the user cannot read of the build is copied there.
 */
struct run_place {
	char path[PATH_MAX];
	bool drops; /* programs run as uid, gid; no other groups */
	uid_t uid;
	gid_t gid;
	char ktrace[PATH_MAX];   /* ktrace-u */
	char ktruss[PATH_MAX];   /* ktruss-u, beside it, */
	char kaudit[PATH_MAX];   /* and kaudit-u */
	char programs[PATH_MAX]; /* the folder of tests/prog's programs */
};

/* 0 or -errno. The place is to be given to run_place_close() in any case. */
int run_place_open(struct run_place *ret, enum run_user user);
/* Removes the directory and all in it. */
void run_place_close(struct run_place *place);

/* "<path>/<name>" into a buffer of the caller's; returns it. */
const char *run_place_file(const struct run_place *place, const char *name,
			   char buffer[PATH_MAX]);

/* Makes a file in the place, owned by its user, with the given text and
 * mode. 0 or -errno. */
int run_place_put(const struct run_place *place, const char *name,
		  const char *contents, mode_t mode);

#define RUN_SECONDS_DEFAULT 120
#define RUN_WORDS_MAX       64

/* What to run. Fields that are left 0 mean what their comment says. */
struct run_spec {
	/* argv[0] is looked up in PATH, or "prog:NAME": one of tests/prog. */
	const char *const *argv;
	/* ktrace-u's options; NULL: natively. */
	const char *const *trace;
	/* "NAME=value", NULL-terminated: goes into the environment, which has
	 * no more than PATH, HOME, LC_ALL=C and TERM otherwise; or NULL. */
	const char *const *env;
	/* Standard input; 0: /dev/null. The caller's. */
	int in;
	/* Standard output; 0: collected. The caller's. */
	int out;
	/* Standard error; 0: collected. The caller's. The recorder speaks to
	 * pipes and terminals only. */
	int err;
	/* A descriptor that the program gets besides, under its own number; 0:
	 * none. */
	int pass;
	/* Sub-directory of the place to start in; NULL: the place. */
	const char *directory;
	unsigned seconds; /* 0: RUN_SECONDS_DEFAULT */
	/* Called in the child just before the exec, as its user. The parent's
	 * descriptors are still there, and are closed by the exec. */
	void (*prepare)(void *context);
	void *context;
	/* prepare() waits for what happens after run_start(). */
	bool prepare_waits;
};

struct run_result {
	pid_t pid;
	int status;     /* as waitpid(2) gives it */
	bool timed_out; /* and was killed */
	struct text out;
	struct text err;
};

/* 0 or -errno; run_result_done() frees what *ret holds. */
int run_program(struct run_result *ret, const struct run_place *place,
		const struct run_spec *spec);
void run_result_done(struct run_result *result);

/* The parts of run_program(), for tests that act while the program runs. */
struct run_child {
	pid_t pid;
	int pidfd;
	int out; /* memory files, or -1 */
	int err;
	unsigned seconds;
};
/* Returns when the child is the program, with its user, or has ended without;
 * with prepare_waits at once. */
int run_start(struct run_child *ret, const struct run_place *place,
	      const struct run_spec *spec);
int run_finish(struct run_child *child, struct run_result *ret);

/* Whether a program of that name is in PATH and executable by the user. */
bool run_has(const struct run_place *place, const char *program);

/* The contents of a file: 0 or -errno. *ret is to be freed by text_done(). */
int run_read_file(struct text *ret, const char *path);

/* True when it ended by exit(status). If not, prints how it ended and what it
 * said on its standard error. */
bool run_exited(struct run_result *result, int status);

/* Whether this machine lets a process trace its child at all. If not, prints
 * the reason for which a test is to be skipped: it exits with RUN_SKIPPED. */
bool run_may_trace(void);
#define RUN_SKIPPED 77

#endif
