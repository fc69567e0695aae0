/*
 * What the files about deeds share. Private to them.
 */
#ifndef AUDIT_DEED_PRIVATE_H
#define AUDIT_DEED_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/fact.h"
#include "base/text.h"
#include "sysdesc/sysdesc.h"

struct audit;
struct call;
struct image;

struct deed {
	struct audit *audit;
	const struct call *call;
	const struct sysdesc_row
	    *row;               /* of it, or of the one that it carries */
	struct image *image;    /* who did it; NULL: not known */
	struct image *executed; /* what runs now; NULL: it executes none */
	int32_t error;          /* as in fact_key */
	bool names_recorder;    /* as a process */
	bool is_shared; /* others could change what the call was given */
};

/* A fact, with all but its count, or added. 0 or -ENOMEM. */
int deed_make(struct deed *deed, enum audit_verb verb, enum fact_mark mark,
	      const struct text *object, const struct text *other,
	      struct fact *ret);
int deed_add(struct deed *deed, enum audit_verb verb, enum fact_mark mark,
	     const struct text *object, const struct text *other);
int deed_add_string(struct deed *deed, enum audit_verb verb,
		    enum fact_mark mark, const char *object);

/* Where who did it was; NULL: not known. */
const struct name *deed_cwd(struct deed *deed);

/* The mark of what the program said, and nobody else. */
enum fact_mark deed_claim(const struct deed *deed);

/* Whether the kernel did not even take what it was given: then it does not
 * matter what that was. */
bool deed_is_rejected(const struct deed *deed);

/* The path, or the descriptor of a file, that is an argument; and what an exec
 * that worked brought. 0 or -ENOMEM. */
int deed_path(struct deed *deed, unsigned index);
int deed_descriptor(struct deed *deed, unsigned index);
int deed_executed(struct deed *deed);
/* What a structure of arguments has it map. Likewise. */
int deed_mapped(struct deed *deed);
/* Changes what the descriptor leads to that is an argument. Likewise. */
int deed_changed(struct deed *deed, unsigned index);

/* The socket that an argument leads to, and where it is to lead; and those of
 * a call that this one carries. Likewise. */
int deed_socket(struct deed *deed, enum sysdesc_use use);
int deed_carried(struct deed *deed);

/* The socket that the call named so: by where the kernel says that this led, if
 * it does. How it is known. */
enum fact_mark deed_peer(const struct deed *deed, const struct text *called,
			 struct text *ret);

/* The process that is an argument; the one that is to own a descriptor; and
 * what it asks of the system. Likewise. */
int deed_process(struct deed *deed, unsigned index, enum sysdesc_use use);
int deed_owner(struct deed *deed);
int deed_system(struct deed *deed);
/* What it asks of the kernel: by a command, or by being called at all.
 * Likewise.
 */
int deed_command(struct deed *deed);
int deed_kernel(struct deed *deed);
/* Flags of what it makes or leaves: those of namespaces. */
uint64_t deed_namespaces(const struct deed *deed);

#endif
