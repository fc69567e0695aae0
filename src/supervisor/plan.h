/*
 * What is wanted of a process, and which stops that takes. Processes of which
 * the same is wanted share a plan.
 */
#ifndef SUPERVISOR_PLAN_H
#define SUPERVISOR_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/capture.h"
#include "sysdesc/select.h"

/* Whose stacks are wanted. */
struct plan_stacks {
	struct select calls; /* of those that are recorded */
	uint64_t signals;    /* bit n-1: signal n */
};

struct plan_wish {
	uint32_t facilities; /* KTRFAC() bits, and none but those */
	struct select calls; /* --syscalls */
	uint32_t genio_size;
	bool genio_all;
	bool refuses_rings;        /* --no-io-uring */
	bool guards;               /* --guard */
	struct plan_stacks stacks; /* -k, --stack */
};

struct plan {
	struct plan_wish wish;
	struct capture_policy policy; /* the same, for capture */
	/* Which stops each row's calls need, by row; the last is for calls
	 * that no row knows. CAPTURE_AT_ bits. */
	uint8_t needs[SELECT_ROWS_MAX + 1];
	bool stops_calls;   /* some call must stop: then all do, unfiltered */
	bool wants_entries; /* every call is recorded at its entry */
	bool wants_paths;   /* the path of some call is */
	bool wants_deeds;   /* all of sysdesc/deeds.h are */
	unsigned users;
	struct plan *next;
};

/* The plan for a wish, from *list or added to it, with one more user. NULL when
 * memory is out. */
struct plan *plan_get(struct plan **list, const struct plan_wish *wish);
/* One user less; the last one frees it. NULL is fine. */
void plan_put(struct plan **list, struct plan *plan);

/*
 * What --stack says: as select_parse(), but that SIGNAME is a signal. 0; or
 * -EINVAL with *ret_at and *ret_length naming the part of it that is nothing;
 * -ENOMEM.
 */
int plan_stacks_parse(struct plan_stacks *ret, const char *expression,
		      size_t *ret_at, size_t *ret_length);
/* All of them. */
void plan_stacks_all(struct plan_stacks *ret);
/* Whether any is wanted. */
bool plan_stacks_any(const struct plan_stacks *stacks);

/* Whether, of a row of which only some calls are wanted, this is none. */
bool plan_leaves_out(const struct plan *plan, const struct sysdesc_row *row,
		     const uint64_t *args);

/* CAPTURE_AT_ bits of a row's calls (NULL: of one that no row knows). */
uint8_t plan_needs(const struct plan *plan, const struct sysdesc_row *row);

/*
 * Which calls must stop for a wish; what the filter is made of. Returns false
 * when every call must, so that a filter would be of no use, or none must (*ret
 * is then empty).
 */
bool plan_stops(const struct plan_wish *wish, struct select *ret);

/* Whether all the plan's calls stop by the filter that was made of a wish. */
bool plan_is_within(const struct plan *plan, const struct plan_wish *wish);

#endif
