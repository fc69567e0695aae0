/*
 * A command is run and recorded, and what it did is judged.
 */
#ifndef KAUDIT_RUNNING_H
#define KAUDIT_RUNNING_H

struct kaudit_options;
struct text;

/* The exit status that kaudit-u has then: the command's, or the verdict's, as
 * options->exit says. */
int running_run(const struct kaudit_options *options, struct text *error);

#endif
