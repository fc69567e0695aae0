/*
 * Traces, or a policy -> the profile of a sandbox in which such a job runs.
 */
#ifndef KAUDIT_EXPORT_H
#define KAUDIT_EXPORT_H

struct kaudit_options;
struct profile;
struct text;

/* Fills *text. An exit status (verdict.h), with one line in *error where it is
 * not 0. */
int export_profile(const struct kaudit_options *options, struct text *text,
		   struct text *error);

/* What a policy lets through, likewise. *profile is to be given to
 * profile_done() in any case. */
int export_of_policy(struct profile *profile,
		     const struct kaudit_options *options, struct text *error);

/* Names of the formats and what they are for, a line each. */
void export_help(struct text *text);

#endif
