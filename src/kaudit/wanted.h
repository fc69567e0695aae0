/* Options that say which reports are wanted, and what is masked in them. */
#ifndef KAUDIT_WANTED_H
#define KAUDIT_WANTED_H

struct kaudit_options;
struct text;

/* A format; FORMAT=FILE; a pattern. 0, or -EINVAL or -ENOMEM with one line in
 * *error. */
int wanted_form(struct kaudit_options *options, const char *name,
		struct text *error);
int wanted_report(struct kaudit_options *options, const char *value,
		  struct text *error);
int wanted_redact(struct kaudit_options *options, const char *value,
		  struct text *error);

#endif
