/*
 * What a program may do -> what the kernel lets it do: Landlock for files, TCP
 * and signals, a seccomp filter for the rest. The rules are text, as
 * kaudit-u(1), Rules, has it. Whoever applies them cannot get rid of them.
 */
#ifndef CONFINE_CONFINE_H
#define CONFINE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sysdesc/select.h"

struct text;

/* Bytes of text that are taken. */
#define CONFINE_TEXT_MAX ((size_t)16 << 20)

struct confine {
	/* What is restricted at all: rights of Landlock's. */
	uint64_t files, ports, scopes;
	struct confine_path {
		char *path;
		uint64_t rights;
	} * paths;
	struct confine_port {
		uint32_t port;
		uint64_t rights;
	} * port_rules;
	size_t path_count, port_count;
	struct select denied; /* calls */
	uint64_t families;    /* that sockets may have, a bit for each, */
	bool has_families;    /* if they are restricted */
	uint64_t namespaces;  /* flags that make those that may not be made */
	bool is_all_possible; /* what the kernel cannot do is left out */
};

/* 0; -EINVAL with one line in *error; -ENOMEM. *ret is to be given to
 * confine_done() in any case. */
int confine_parse(struct confine *ret, const char *text, size_t length,
		  struct text *error);
void confine_done(struct confine *confine);

/* Whether this kernel can do it: 0, or -EOPNOTSUPP with one line. What it
 * cannot do is taken out where the rules say that it may. */
int confine_check(struct confine *confine, struct text *error);

/* Applies them to the calling thread and all that come of it, which gain no
 * privilege from then on. confine_check() has been called. 0 or -errno. */
int confine_apply(const struct confine *confine);

#endif
