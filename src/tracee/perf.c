/*
 * Rings of perf events. A ring belongs to an event of ours that counts nothing,
 * so that it outlives whom it is about. Must not know who is traced, or why.
 */
#include "tracee/perf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/perf_event.h>

/* Powers of two. As much as may be locked is taken: an ordinary user has
 * kernel.perf_event_mlock_kb (516) for each CPU, and RLIMIT_MEMLOCK. */
#define RING_PAGES_MAX 256
#define RING_PAGES_MIN 8

/* PERF_SAMPLE_ bits, and what they make of a record's end. */
#define SAMPLE (PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU)
struct sample_id {
	uint32_t pid, tid;
	uint64_t time;
	uint32_t cpu, reserved;
};

struct fault_record {
	uint64_t ip;
	uint32_t pid, tid;
	uint64_t time;
	uint64_t address;
	uint32_t cpu, reserved;
};

struct ring {
	int fd;
	int cpu;
	struct perf_event_mmap_page *page; /* and the data behind it */
	bool has_next;
	struct perf_event next;
};

struct perf {
	enum perf_kind kind;
	int signal;
	pid_t owner;
	size_t page_size;
	size_t ring_pages;
	struct ring *rings;
	unsigned ring_count;
	int *fds; /* of the threads followed */
	size_t fd_count;
	size_t fd_room;
	uint64_t lost;
};

static int perf_syscall(struct perf_event_attr *attr, pid_t tid, int cpu)
{
	return (int)syscall(SYS_perf_event_open, attr, tid, cpu, -1,
			    PERF_FLAG_FD_CLOEXEC);
}

static struct perf_event_attr attr_of(enum perf_kind kind, size_t ring_size)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = SAMPLE,
		.sample_id_all = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
		.watermark = 1,
		.wakeup_watermark = (uint32_t)(ring_size / 2),
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
	};

	if (kind == PERF_FAULTS) {
		attr.config = PERF_COUNT_SW_PAGE_FAULTS;
		attr.sample_period = 1;
		attr.sample_type |= PERF_SAMPLE_IP | PERF_SAMPLE_ADDR;
	}
	return attr;
}

static size_t ring_size(const struct perf *perf)
{
	return perf->ring_pages * perf->page_size;
}

/* ---- making ---- */

static int open_ring(struct perf *perf, int cpu)
{
	struct perf_event_attr attr = attr_of(perf->kind, ring_size(perf));
	struct ring ring = { .cpu = cpu };

	attr.config = PERF_COUNT_SW_DUMMY;
	attr.disabled = 1;
	ring.fd = perf_syscall(&attr, 0, cpu);
	if (ring.fd < 0)
		return -errno;
	ring.page = mmap(NULL, perf->page_size + ring_size(perf),
			 PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, 0);
	if (ring.page == MAP_FAILED) {
		int r = -errno;

		close(ring.fd);
		return r;
	}
	perf->rings[perf->ring_count++] = ring;
	return 0;
}

static void close_rings(struct perf *perf)
{
	for (unsigned i = 0; i < perf->ring_count; i++) {
		munmap(perf->rings[i].page, perf->page_size + ring_size(perf));
		close(perf->rings[i].fd);
	}
	perf->ring_count = 0;
}

/* CPUs that are not there, or not now, have none. */
static int try_rings(struct perf *perf, int cpus)
{
	int r = 0;

	for (int cpu = 0; cpu < cpus; cpu++) {
		r = open_ring(perf, cpu);
		if (r < 0 && r != -ENODEV)
			return r;
	}
	return perf->ring_count ? 0 : r;
}

static int open_rings(struct perf *perf, int cpus)
{
	int r;

	perf->ring_pages = RING_PAGES_MAX;
	while ((r = try_rings(perf, cpus)) < 0 &&
	       (r == -EPERM || r == -ENOMEM) &&
	       perf->ring_pages > RING_PAGES_MIN) {
		close_rings(perf);
		perf->ring_pages /= 2;
	}
	return r;
}

int perf_open(struct perf **ret, enum perf_kind kind, int signal)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	struct perf *perf = calloc(1, sizeof(*perf));
	int r;

	if (!perf)
		return -ENOMEM;
	perf->kind = kind;
	perf->signal = signal;
	perf->owner = (pid_t)syscall(SYS_gettid);
	perf->page_size = (size_t)sysconf(_SC_PAGESIZE);
	perf->rings = calloc((size_t)cpus, sizeof(*perf->rings));
	r = perf->rings ? open_rings(perf, (int)cpus) : -ENOMEM;
	if (r < 0) {
		perf_close(perf);
		return r;
	}
	*ret = perf;
	return 0;
}

void perf_close(struct perf *perf)
{
	if (!perf)
		return;
	for (size_t i = 0; i < perf->fd_count; i++)
		close(perf->fds[i]);
	close_rings(perf);
	free(perf->fds);
	free(perf->rings);
	free(perf);
}

/* ---- following ---- */

static int keep_fd(struct perf *perf, int fd)
{
	if (perf->fd_count == perf->fd_room) {
		size_t room = perf->fd_room ? 2 * perf->fd_room : 64;
		int *fds = realloc(perf->fds, room * sizeof(*fds));

		if (!fds)
			return -ENOMEM;
		perf->fds = fds;
		perf->fd_room = room;
	}
	perf->fds[perf->fd_count++] = fd;
	return 0;
}

/* The wake-up of a ring comes through the event that filled it. */
static int wake_by(const struct perf *perf, int fd)
{
	struct f_owner_ex owner = { .type = F_OWNER_TID, .pid = perf->owner };

	if (fcntl(fd, F_SETOWN_EX, &owner) < 0 ||
	    fcntl(fd, F_SETSIG, perf->signal) < 0 ||
	    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC) < 0)
		return -errno;
	return 0;
}

static int follow_into(struct perf *perf, const struct ring *ring, pid_t tid)
{
	struct perf_event_attr attr = attr_of(perf->kind, ring_size(perf));
	int fd, r = 0;

	attr.inherit = 1;
	attr.context_switch = perf->kind == PERF_SWITCHES;
	fd = perf_syscall(&attr, tid, ring->cpu);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ring->fd) < 0)
		r = -errno;
	if (!r)
		r = wake_by(perf, fd);
	if (!r)
		r = keep_fd(perf, fd);
	if (r < 0)
		close(fd);
	return r;
}

int perf_follow(struct perf *perf, pid_t tid)
{
	size_t before = perf->fd_count;
	int r = 0;

	for (unsigned i = 0; !r && i < perf->ring_count; i++)
		r = follow_into(perf, &perf->rings[i], tid);
	while (r < 0 && perf->fd_count > before)
		close(perf->fds[--perf->fd_count]);
	return r;
}

/* ---- reading ---- */

/* length bytes at a position of the ring, which goes round. */
static void ring_copy(const struct perf *perf, const struct ring *ring,
		      uint64_t at, void *to, size_t length)
{
	const uint8_t *data = (const uint8_t *)ring->page + perf->page_size;
	size_t size = ring_size(perf);
	size_t begin = at % size;
	size_t first = length < size - begin ? length : size - begin;

	memcpy(to, data + begin, first);
	memcpy((uint8_t *)to + first, data, length - first);
}

static void take_switch(const struct perf_event_header *header,
			const uint8_t *body, struct perf_event *ret)
{
	struct sample_id id;

	memcpy(&id, body, sizeof(id));
	*ret = (struct perf_event){
		.kind = PERF_SWITCHES,
		.time_ns = id.time,
		.pid = (pid_t)id.pid,
		.tid = (pid_t)id.tid,
		.cpu = id.cpu,
		.out = header->misc & PERF_RECORD_MISC_SWITCH_OUT,
		.preempted = header->misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT,
	};
}

static void take_fault(const uint8_t *body, struct perf_event *ret)
{
	struct fault_record fault;

	memcpy(&fault, body, sizeof(fault));
	*ret = (struct perf_event){
		.kind = PERF_FAULTS,
		.time_ns = fault.time,
		.pid = (pid_t)fault.pid,
		.tid = (pid_t)fault.tid,
		.cpu = fault.cpu,
		.address = fault.address,
		.ip = fault.ip,
	};
}

/* True when the record is an event; others are counted, or of no interest. */
static bool take_record(struct perf *perf, struct ring *ring,
			const struct perf_event_header *header,
			const uint8_t *body, size_t length)
{
	uint64_t lost[2];

	switch (header->type) {
	case PERF_RECORD_SWITCH:
		if (length < sizeof(struct sample_id))
			return false;
		take_switch(header, body, &ring->next);
		return true;
	case PERF_RECORD_SAMPLE:
		if (length < sizeof(struct fault_record))
			return false;
		take_fault(body, &ring->next);
		return true;
	case PERF_RECORD_LOST:
		if (length < sizeof(lost))
			return false;
		memcpy(lost, body, sizeof(lost));
		perf->lost += lost[1];
		return false;
	default:
		return false;
	}
}

/* The ring's next event, if it has one, into ring->next. */
static void ring_advance(struct perf *perf, struct ring *ring)
{
	uint64_t head = __atomic_load_n(&ring->page->data_head,
					__ATOMIC_ACQUIRE);
	uint64_t tail = ring->page->data_tail;
	struct perf_event_header header;
	uint8_t body[256];
	size_t length;

	while (!ring->has_next && head - tail >= sizeof(header)) {
		ring_copy(perf, ring, tail, &header, sizeof(header));
		if (header.size < sizeof(header))
			break;
		length = header.size - sizeof(header);
		if (length > sizeof(body))
			length = sizeof(body);
		ring_copy(perf, ring, tail + sizeof(header), body, length);
		ring->has_next = take_record(perf, ring, &header, body, length);
		tail += header.size;
	}
	__atomic_store_n(&ring->page->data_tail, tail, __ATOMIC_RELEASE);
}

bool perf_next(struct perf *perf, struct perf_event *ret)
{
	struct ring *oldest = NULL;

	for (unsigned i = 0; i < perf->ring_count; i++) {
		struct ring *ring = &perf->rings[i];

		if (!ring->has_next)
			ring_advance(perf, ring);
		if (ring->has_next &&
		    (!oldest || ring->next.time_ns < oldest->next.time_ns))
			oldest = ring;
	}
	if (!oldest)
		return false;
	*ret = oldest->next;
	oldest->has_next = false;
	return true;
}

uint64_t perf_lost(struct perf *perf)
{
	uint64_t lost = perf->lost;

	perf->lost = 0;
	return lost;
}
