/*
 * What nobody needs to see: secrets by their names and by patterns, and values
 * of variables. Judging comes first, of what was there: a name that is masked
 * could pass a policy that it would not have passed.
 */
#ifndef KAUDIT_MASK_H
#define KAUDIT_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit;
struct record;
struct redact;

#define MASK_SALT 16u

struct mask {
	struct redact *redact;
	bool keeps_values; /* of variables, but for secrets */
	bool has_failed;   /* to change a trace, which is to be thrown away */
	uint8_t salt[MASK_SALT];
	struct mask_place *places; /* that were looked at */
	size_t count, room;
};

/* Patterns of redact/redact.h. 0 or -errno. *ret is to be given to mask_done()
 * in any case. */
int mask_open(struct mask *ret, const char *const *patterns, size_t count,
	      bool keeps_values);
void mask_done(struct mask *mask);

/*
 * Takes the record's secrets out of its trace, which must not be compressed:
 * of arguments, data, notes and variables; names of files stay, as without them
 * nobody could judge again. fd may write it, and not only at its end. Records
 * come in order. 0, or -errno with mask->has_failed.
 */
int mask_record(struct mask *mask, int fd, const struct record *record);

/* All were taken: what turned out to be a secret later is one in the earlier
 * ones, too. Likewise. */
int mask_end(struct mask *mask, int fd);

/* And out of all names that an audit tells. Nothing can be added to it, or
 * looked up by its name, any more. 0 or -ENOMEM. */
int mask_audit(struct mask *mask, struct audit *audit);

#endif
