/*
 * Parts in memory, and their way to a file. Must not change what is recorded.
 */
#include "supervisor/flight.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "supervisor/recording.h"
#include "supervisor/scribe.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"
#include "trace/seek_table.h"

/* By default these leave a core dump: nobody ends a program so on purpose. */
static const int crashes[] = { SIGSEGV, SIGABRT, SIGBUS,  SIGFPE,  SIGILL,
			       SIGSYS,  SIGTRAP, SIGQUIT, SIGXCPU, SIGXFSZ };

#define PIECE_SIZE ((size_t)64 << 10)

static uint64_t part_size(const struct supervisor *supervisor)
{
	return supervisor->config->ring_size / FLIGHT_PARTS;
}

static uint64_t length_of(int part)
{
	struct stat status;

	return fstat(part, &status) < 0 ? 0 : (uint64_t)status.st_size;
}

/* ---- parts ---- */

/* A new one is the last; the oldest makes room for it. The descriptor is for
 * who writes it: -errno when there is none. */
static int add_part(struct flight *flight)
{
	_cleanup_fd_ int part = memfd_create("ktrace-u", MFD_CLOEXEC);
	int writer;

	if (part < 0)
		return -errno;
	writer = fcntl(part, F_DUPFD_CLOEXEC, 3);
	if (writer < 0)
		return -errno;
	if (flight->count == FLIGHT_PARTS) {
		flight->dropped += length_of(flight->parts[0]);
		close(flight->parts[0]);
		flight->count--;
		memmove(flight->parts, flight->parts + 1,
			flight->count * sizeof(flight->parts[0]));
	}
	flight->parts[flight->count++] = take_fd(&part);
	return writer;
}

static void remove_last_part(struct flight *flight)
{
	close(flight->parts[--flight->count]);
}

int flight_open(struct supervisor *supervisor)
{
	const struct supervisor_config *config = supervisor->config;
	struct flight *flight = &supervisor->flight;
	int r;

	*flight = (struct flight){ .fd = -1 };
	r = files_open(&flight->files, config->path, 0);
	if (!r)
		r = add_part(flight);
	if (r >= 0)
		flight->fd = config->fd;
	return r;
}

void flight_begin(struct supervisor *supervisor, struct session *session)
{
	supervisor->flight.session = session;
	supervisor->flight.due = part_size(supervisor);
}

void flight_close(struct supervisor *supervisor)
{
	struct flight *flight = &supervisor->flight;

	flight->session = NULL;
	if (!flight->files.name)
		return;
	while (flight->count)
		remove_last_part(flight);
	files_close(&flight->files);
	if (flight->fd >= 0)
		close(flight->fd);
}

/* Where no new one can be had, the last one grows. */
static void begin_part(struct supervisor *supervisor)
{
	const struct supervisor_config *config = supervisor->config;
	const struct sessions_terms terms = {
		.queue_size = config->queue_size,
		.drop = config->drop,
		.level = config->level,
		.is_part = true,
	};
	struct flight *flight = &supervisor->flight;
	struct session *former = flight->session, *next;
	_cleanup_fd_ int fd = add_part(flight);

	flight->due += part_size(supervisor);
	if (fd < 0)
		return;
	if (sessions_open(supervisor, fd, &terms, &next) < 0) {
		remove_last_part(flight);
		return;
	}
	take_fd(&fd);
	flight_begin(supervisor, next);
	recording_move_all(supervisor, former, next);
}

void flight_check(struct supervisor *supervisor)
{
	struct flight *flight = &supervisor->flight;

	if (!flight->session)
		return;
	if (session_is_left(flight->session)) {
		flight->session = NULL;
		return;
	}
	if (flight->is_wanted)
		flight_write(supervisor);
	flight->is_wanted = false;
	if (session_is_full(flight->session, flight->due))
		begin_part(supervisor);
}

void flight_killed(struct supervisor *supervisor, int signal_number)
{
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		supervisor->flight.is_wanted |= crashes[i] == signal_number;
}

/* ---- the file ---- */

/* All of it or nothing. */
static int copy(int to, int part)
{
	off_t start = lseek(to, 0, SEEK_CUR);
	char piece[PIECE_SIZE];
	off_t from = 0;
	ssize_t got;
	int r = 0;

	while (!r && (got = pread(part, piece, sizeof(piece), from)) > 0) {
		r = fd_write_all(to, piece, (size_t)got);
		from += got;
	}
	if (r && start >= 0 && ftruncate(to, start) == 0)
		lseek(to, start, SEEK_SET);
	return r;
}

/* What was written before stays, under another name. */
static int next_file(struct flight *flight)
{
	int fd;

	if (!flight->is_written)
		return 0;
	/* Somebody has taken it away, or put another one there. */
	if (!files_is(&flight->files, flight->fd))
		return -ESTALE;
	fd = files_next(&flight->files);
	if (fd < 0)
		return fd;
	close(flight->fd);
	flight->fd = fd;
	return 0;
}

static int write_parts(struct flight *flight, bool is_compressed)
{
	int r = next_file(flight);

	if (r < 0)
		return r;
	flight->is_written = true;
	for (unsigned i = 0; !r && i < flight->count; i++)
		r = copy(flight->fd, flight->parts[i]);
	if (!r && is_compressed)
		seek_table_append(flight->fd);
	return r;
}

static int write_file(struct supervisor *supervisor)
{
	char line[128];
	int r = write_parts(&supervisor->flight, supervisor->config->level > 0);

	if (!r)
		return 0;
	snprintf(line, sizeof(line), "ktrace write failed, errno %d", -r);
	notice_say(&supervisor->notice, line);
	return r;
}

static void say_dropped(const struct flight *flight)
{
	char why[96];

	if (!flight->dropped)
		return;
	snprintf(why, sizeof(why),
		 "%llu bytes before these were not kept (--ring)",
		 (unsigned long long)flight->dropped);
	scribe_coverage(flight->session, NULL, "session", why);
}

int flight_write(struct supervisor *supervisor)
{
	struct flight *flight = &supervisor->flight;

	if (!flight->session)
		return -ENODATA;
	say_dropped(flight);
	session_flush(flight->session);
	return write_file(supervisor);
}

void flight_ending(struct supervisor *supervisor, struct session *session)
{
	if (session == supervisor->flight.session)
		say_dropped(&supervisor->flight);
}

void flight_ended(struct supervisor *supervisor, struct session *session)
{
	struct flight *flight = &supervisor->flight;

	if (session != flight->session)
		return;
	flight->session = NULL;
	session_flush(session);
	write_file(supervisor);
}

bool flight_is(const struct supervisor *supervisor, int fd)
{
	struct stat one, other;

	return supervisor->flight.session && !fstat(fd, &one) &&
	       !fstat(supervisor->flight.fd, &other) &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}
