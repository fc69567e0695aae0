/*
 * Asking the supervisors that are there already: who traces a process is the
 * only one who can change that.
 */
#ifndef KTRACE_ASK_H
#define KTRACE_ASK_H

#include <stdbool.h>
#include <sys/types.h>

struct ktrace_options;
struct text;
struct tracers;

/* Who traces the options' targets, or (where there are none) anybody. 0 or
 * -errno. tracers_done() frees it. */
int ask_find(const struct ktrace_options *options, struct tracers *ret);

/*
 * Each does what the option of that name asks for. 0; or -errno with one line,
 * without a newline at its end, in *text. Otherwise *text is what there is to
 * tell, whole lines, and may be empty.
 *
 * ask_set: fd is the trace; *ret_left: some of those who are meant are not
 * traced, and no supervisor took them.
 */
int ask_set(const struct ktrace_options *options, const struct tracers *found,
	    int fd, bool *ret_left, struct text *text);
int ask_clear(const struct ktrace_options *options, const struct tracers *found,
	      struct text *text);
int ask_clear_file(const struct ktrace_options *options,
		   const struct tracers *found, struct text *text);
int ask_clear_all(const struct ktrace_options *options,
		  const struct tracers *found, struct text *text);
int ask_status(const struct ktrace_options *options,
	       const struct tracers *found, struct text *text);
int ask_own(const struct ktrace_options *options, const struct tracers *found,
	    struct text *text);
int ask_snapshot(const struct ktrace_options *options,
		 const struct tracers *found, struct text *text);

/*
 * Becomes the background recorder of the one supervisor that is found, and is
 * it until that ends: 0.
 */
int ask_background(const struct ktrace_options *options,
		   const struct tracers *found, int fd, struct text *text);

#endif
