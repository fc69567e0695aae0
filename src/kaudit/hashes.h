/*
 * Digests of what files held that a job read, ran or wrote: of those that are
 * still as they were then. Each file is read once, whatever names it has, by
 * several threads.
 */
#ifndef KAUDIT_HASHES_H
#define KAUDIT_HASHES_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/verb.h"
#include "kaudit/digest.h"

struct finding;
struct text;
struct verdict;

/* What is done to the bytes of a file: read or run them; or write them, or give
 * them another name, which is meant then. */
#define HASHES_MATERIAL                                                        \
	(VERB_BIT(VERB_READ) | VERB_BIT(VERB_EXEC) | VERB_BIT(VERB_MAP))
#define HASHES_PRODUCT                                                         \
	(VERB_BIT(VERB_WRITE) | VERB_BIT(VERB_CREATE) |                        \
	 VERB_BIT(VERB_RENAME) | VERB_BIT(VERB_LINK))

enum hash_state {
	HASH_DONE,
	HASH_CHANGED, /* since it was read; or since the job ended */
	HASH_GONE,    /* or it has another name */
	HASH_UNREADABLE,
	HASH_NO_FILE,   /* a directory, a device, what the kernel makes up */
	HASH_ELSEWHERE, /* the job changed what is mounted: the name may be
			   another file's here */
	HASH_STATES,
};

struct fact;
struct hash_file;
struct hash_leader;
struct name;

struct hashes {
	struct hash_file *files;     /* by name */
	struct hash_leader *leaders; /* by who they are */
	struct hash_leader **order;
	unsigned count;   /* of leaders */
	uint64_t last_ns; /* when the job had ended */
	bool is_moved;
};

/* Reads them now. 0 or -ENOMEM. *ret is to be given to hashes_done() in any
 * case; the verdict outlives it. */
int hashes_take(struct hashes *ret, const struct verdict *verdict);
void hashes_done(struct hashes *hashes);

/* Of what a finding is about. False: that is no file's content. *ret_digest is
 * set for HASH_DONE alone. */
bool hashes_find(const struct hashes *hashes, const struct finding *finding,
		 enum hash_state *ret_state, struct digest *ret_digest);

/* The name that is meant. */
const struct name *hashes_name(const struct fact *fact);

/* Visits what the job made and left behind, each file once by each name. */
typedef void hashes_visit(void *context, const struct name *name,
			  const struct digest *digest);
void hashes_products(const struct hashes *hashes, hashes_visit *visit,
		     void *context);

/* How many there are of each state: a file that was read and written is two. */
void hashes_count(const struct hashes *hashes, const struct verdict *verdict,
		  unsigned ret[HASH_STATES]);

/* "changed", "gone", ... */
const char *hashes_state_name(enum hash_state state);

#endif
