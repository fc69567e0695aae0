/*
 * Runs a seccomp program as the kernel would, on made-up calls. Stricter than
 * the kernel in nothing, and as strict in what it takes for a program.
 */
#ifndef TESTS_SUPPORT_BPF_H
#define TESTS_SUPPORT_BPF_H

#include <stdbool.h>
#include <stdint.h>

struct sock_filter;
struct seccomp_data;

struct bpf_verdict {
	uint32_t action;  /* SECCOMP_RET_ and its data */
	bool is_constant; /* from number and architecture alone */
	unsigned steps;
};

/*
 * 0; or -EINVAL for a program that the kernel would refuse, or that runs out of
 * its end.
 */
int bpf_run(const struct sock_filter *code, unsigned count,
	    const struct seccomp_data *data, struct bpf_verdict *ret);

#endif
