/*
 * A policy is made of what traces hold.
 */
#ifndef KAUDIT_LEARNING_H
#define KAUDIT_LEARNING_H

struct kaudit_options;
struct text;

/* Of the traces that are options->operands. An exit status, as
 * verdict.h has them. */
int learning_run(const struct kaudit_options *options, struct text *error);

#endif
