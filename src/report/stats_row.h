/*
 * The sums of some calls. How long they took is counted in classes an eighth of
 * a power of 2 wide, so that shares of them can be told without keeping each.
 */
#ifndef REPORT_STATS_ROW_H
#define REPORT_STATS_ROW_H

#include <stdbool.h>
#include <stdint.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "sysdesc/sysdesc.h"
#include "trace/record.h"

struct call;

#define STATS_STEPS 8u /* classes of a power of 2 */
/* Of 60 bits, which are 36 years. */
#define STATS_CLASSES (58 * STATS_STEPS)

/* Columns of a picture of them, each but the first four times what the one
 * before is: up to a microsecond, to 4, ..., to a second, beyond. */
#define STATS_COLUMNS 12u

struct stats_row {
	uint64_t key; /* of a call its ABI and number, or a pid */
	bool is_rest; /* of all that have no row */
	/* Its name, a process's by the last call that was counted. */
	enum sysdesc_abi abi;
	int64_t number;
	const struct sysdesc_row *row;
	int32_t pid;
	char comm[RECORD_COMM_SIZE];
	uint64_t calls, errors, unfinished;
	uint64_t bytes; /* moved */
	uint64_t total_ns, max_ns;
	uint32_t classes[STATS_CLASSES];
	UT_hash_handle hh;
};

/* The call is one more of them. */
void stats_row_count(struct stats_row *row, const struct call *call);

/* So long at most took this share of those that returned, in percent. */
uint64_t stats_row_share_ns(const struct stats_row *row, unsigned percent);
uint64_t stats_row_mean_ns(const struct stats_row *row);

/* How many are in each column of their picture. */
void stats_row_columns(const struct stats_row *row,
		       uint64_t ret[STATS_COLUMNS]);

#endif
