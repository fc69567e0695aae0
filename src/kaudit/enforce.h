/*
 * A policy -> rules by which the kernel holds the command to it. What they
 * cannot hold is said, and refused unless it is asked for.
 */
#ifndef KAUDIT_ENFORCE_H
#define KAUDIT_ENFORCE_H

struct kaudit_options;
struct text;

/* *ret_fd is a file in memory with the rules. An exit status (verdict.h), with
 * one line in *error where it is not 0. */
int enforce_rules(const struct kaudit_options *options, int *ret_fd,
		  struct text *error);

#endif
