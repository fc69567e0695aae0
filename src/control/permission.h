/*
 * ktrcanset(): who may set, change and clear the trace of whom, as FreeBSD and
 * as NetBSD have it. It looks at nothing but its arguments: whoever asks finds
 * the facts, and the kernel's own ptrace check comes on top.
 */
#ifndef CONTROL_PERMISSION_H
#define CONTROL_PERMISSION_H

#include <stdbool.h>
#include <stdint.h>

/* Whose rules. */
enum permission_form {
	PERMISSION_FREEBSD, /* what the caller could debug */
	PERMISSION_NETBSD,  /* a few ids, and root everything */
};

/* For an id that has no mapping: it equals none, not even itself. What Linux
 * shows in its place, 65534, would make one of all strangers. */
#define PERMISSION_NO_ID UINT32_MAX

struct permission_ids {
	uint32_t real;
	uint32_t effective;
	uint32_t saved;
};

/* The caller's and the target's both as the target's user namespace sees them:
 * 0 is root there, and a capability in another namespace is none. */
struct permission_credential {
	struct permission_ids uid;
	struct permission_ids gid;
	const uint32_t *groups; /* supplementary, in any order; not ours */
	unsigned group_count;
	uint64_t capabilities; /* the permitted set, a bit each */
};

struct permission_caller {
	struct permission_credential credential;
	/* Has CAP_SYS_PTRACE in the target's user namespace. */
	bool has_ptrace_capability;
};

struct permission_target {
	struct permission_credential credential;
	uint32_t facilities; /* its mask: of interest is KTRFAC_ROOT */
	bool is_self;        /* the process of the caller */
	/* Its user namespace is neither the caller's nor one below that. */
	bool is_in_other_namespace;
	bool is_hidden;  /* by hidepid */
	bool is_tainted; /* by setuid; all that is not dumpable counts as so */
	bool is_protected_init;
	bool is_in_exec;
	bool forbids_tracing; /* by PR_SET_DUMPABLE */
	/* Of the machine: only those with privilege trace. */
	bool is_unprivileged_off;
};

/* What refuses. */
enum permission_rule {
	PERMISSION_GRANTED = 0, /* nothing */
	PERMISSION_ROOT_TRACED,
	PERMISSION_UNPRIVILEGED_OFF,
	PERMISSION_OTHER_NAMESPACE,
	PERMISSION_HIDDEN,
	PERMISSION_UIDS,
	PERMISSION_GROUPS,
	PERMISSION_CAPABILITIES,
	PERMISSION_TAINTED,
	PERMISSION_PROTECTED_INIT,
	PERMISSION_IN_EXEC,
	PERMISSION_FORBIDDEN,
	PERMISSION_NETBSD_UIDS,
	PERMISSION_NETBSD_GIDS,
	PERMISSION_RULE_COUNT,
};

/* PERMISSION_GRANTED, or the first rule that refuses. */
enum permission_rule permission_check(enum permission_form form,
				      const struct permission_caller *caller,
				      const struct permission_target *target);

/* Whether most rules spare the caller, and a trace that it sets is root's: gets
 * KTRFAC_ROOT. */
bool permission_is_privileged(enum permission_form form,
			      const struct permission_caller *caller);

/* Why the target ("it") is refused to the caller ("you"), and what would help:
 * a line to be put after the target's name and a colon. */
const char *permission_text(enum permission_rule rule);

#endif
