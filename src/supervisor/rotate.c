/*
 * When a file is large enough, and what is done then. Must not wait for it to
 * become so.
 */
#include "supervisor/rotate.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "supervisor/detach.h"
#include "supervisor/recording.h"
#include "supervisor/scribe.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"

int rotate_open(struct supervisor *supervisor, struct session *session)
{
	const struct supervisor_config *config = supervisor->config;
	struct rotate *rotate = &supervisor->rotate;

	*rotate = (struct rotate){
		.session = config->size_max ? session : NULL,
		.size = config->size_max,
		.due = config->size_max,
	};
	return config->rotates ? files_open(&rotate->files, config->path,
					    config->kept_files)
			       : 0;
}

void rotate_close(struct supervisor *supervisor)
{
	files_close(&supervisor->rotate.files);
	supervisor->rotate.session = NULL;
}

static void give_up(struct supervisor *supervisor, int error)
{
	char line[256];

	supervisor->rotate.session = NULL;
	snprintf(line, sizeof(line),
		 "ktrace no new file, errno %d, the trace goes on in the old "
		 "one",
		 -error);
	notice_say(&supervisor->notice, line);
}

static int open_next(struct supervisor *supervisor, struct session **ret)
{
	const struct supervisor_config *config = supervisor->config;
	const struct sessions_terms terms = {
		.queue_size = config->queue_size,
		.drop = config->drop,
		.level = config->level,
	};
	_cleanup_fd_ int fd = files_next(&supervisor->rotate.files);
	int r = fd;

	if (fd < 0)
		return r;
	r = sessions_open(supervisor, fd, &terms, ret);
	if (!r)
		take_fd(&fd);
	return r;
}

static void go_on(struct supervisor *supervisor)
{
	struct rotate *rotate = &supervisor->rotate;
	struct session *former = rotate->session;
	struct session *next;
	int r;

	/* What has another's name is let grow, and looked at again later. */
	if (!files_is(&rotate->files, session_fd(former))) {
		rotate->due += rotate->size;
		return;
	}
	r = open_next(supervisor, &next);
	if (r < 0) {
		give_up(supervisor, r);
		return;
	}
	rotate->session = next;
	rotate->due = rotate->size;
	recording_move_all(supervisor, former, next);
}

static void stop(struct supervisor *supervisor)
{
	struct session *session = supervisor->rotate.session;

	supervisor->rotate.session = NULL;
	scribe_coverage(session, NULL, "session",
			"the trace has come to its size (--max-size)");
	notice_say(&supervisor->notice,
		   "ktrace file has come to its size, tracing stopped");
	detach_session(supervisor, session);
}

void rotate_check(struct supervisor *supervisor)
{
	struct rotate *rotate = &supervisor->rotate;

	if (!rotate->session)
		return;
	/* Whoever was recorded into it is gone, or in another file. */
	if (session_is_left(rotate->session)) {
		rotate->session = NULL;
		return;
	}
	if (!session_is_full(rotate->session, rotate->due))
		return;
	if (supervisor->config->rotates)
		go_on(supervisor);
	else
		stop(supervisor);
}
