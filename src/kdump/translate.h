/* A trace as another kernel's ktrace would have written it. */
#ifndef KDUMP_TRANSLATE_H
#define KDUMP_TRANSLATE_H

struct kdump_options;
struct text;

/*
 * Writes the trace that fd (not taken over) leads to into options->copy, for
 * the kdump of options->system; what --redact masks is masked before. 0, and
 * *notes has a line when something was left out; or -1 with one line in *error,
 * and what came before the trouble is written where the trace itself is
 * damaged.
 */
int translate_run(const struct kdump_options *options, int fd,
		  struct text *notes, struct text *error);

#endif
