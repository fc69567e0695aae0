/*
 * What is allowed: lines of a small language, and which of them decides. The
 * language is that of kaudit-u(1), Policies.
 */
#ifndef AUDIT_POLICY_H
#define AUDIT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/roots.h"
#include "audit/verb.h"
#include "decode/endpoint.h"

struct fact;
struct text;

/* Files within files, rules and bytes of one file that are taken. */
#define POLICY_DEPTH_MAX 16u
#define POLICY_RULES_MAX 65536u
#define POLICY_FILE_MAX  ((size_t)16 << 20)

enum policy_decision {
	POLICY_ALLOW,
	POLICY_WARN,
	POLICY_DENY,
};

/* What a rule is about. */
enum policy_kind {
	POLICY_ANY,  /* whatever it is done to */
	POLICY_GLOB, /* patterns of its name */
	POLICY_INET, /* hosts and ports */
	POLICY_NAME, /* patterns of names of hosts, and ports */
};

/* Patterns, any of which may match; a root has one for each directory. */
struct policy_patterns {
	struct policy_pattern {
		char *text;
		size_t length;
		unsigned weight; /* characters that are no wildcard */
	} items[ROOT_DIRS_MAX];
	unsigned count;
};

struct policy_rule {
	enum policy_decision decision;
	uint32_t verbs; /* VERB_BIT()s */
	enum policy_kind kind;
	struct policy_patterns object, by;
	struct endpoint endpoint;
	char *file; /* where it stands */
	unsigned line;
	bool is_builtin;
};

struct policy {
	struct roots roots; /* to be set before anything is parsed */
	struct policy_rule *rules;
	unsigned count, room;
	enum policy_decision otherwise; /* where no rule matches */
	bool has_otherwise;
	unsigned otherwise_line; /* where that stands */
	uint32_t sensitive; /* so many of the rules are the built-in ones */
};

/* Roots may be set then. */
void policy_open(struct policy *ret);
void policy_done(struct policy *policy);

/*
 * Reads a file that `include` names: *ret is malloc'd. 0 or -errno.
 */
typedef int policy_reader(void *context, const char *path, char **ret,
			  size_t *ret_length);

/*
 * Takes the lines of a text, and of what it includes. 0; -EINVAL with one line
 * in *error, "FILE:LINE:COLUMN: what is wrong; what would be right"; -ENOMEM.
 */
int policy_parse(struct policy *policy, const char *file, const char *text,
		 size_t length, policy_reader *reader, void *context,
		 struct text *error);

/* The built-in lines, which are to come first. */
int policy_add_sensitive(struct policy *policy, struct text *error);

struct policy_judgement {
	enum policy_decision decision;
	const struct policy_rule *rule; /* NULL: no line matches */
};

/*
 * What the policy says of a fact: where it has two names, the stricter. An
 * attempt at what is not there, of which no line speaks, is judged as a look.
 */
struct policy_judgement policy_judge(const struct policy *policy,
				     const struct fact *fact);
/* Whether it may say of any call that only looks something else than that it is
 * allowed. */
bool policy_judges_looks(const struct policy *policy);
/* The same of one name, by the built-in lines alone; exe may be NULL. */
bool policy_is_sensitive(const struct policy *policy, enum audit_verb verb,
			 const char *object, size_t length);
/* Whether a built-in line is about something below a directory. */
bool policy_has_sensitive_below(const struct policy *policy, const char *dir,
				size_t length);

/* "allow", "warn", "deny" */
const char *policy_decision_name(enum policy_decision decision);

/* A name as a pattern that matches it alone, in quotes where it has to be. */
void policy_put_name(struct text *text, const char *name, size_t length);
/* The same between what stays a pattern: "@src" and a slash and two stars. */
void policy_put_pattern(struct text *text, const char *before, const char *name,
			size_t length, const char *after);

#endif
