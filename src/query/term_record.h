/* What a term may ask about any record: a function for each field. */
#ifndef QUERY_TERM_RECORD_H
#define QUERY_TERM_RECORD_H

#include <stdbool.h>

struct term;
struct term_context;

typedef bool term_record_function(const struct term *term,
				  const struct term_context *context);
term_record_function term_record_pid, term_record_tid, term_record_tree,
    term_record_comm, term_record_exe, term_record_cpu, term_record_time,
    term_record_elapsed, term_record_number, term_record_between,
    term_record_point, term_record_signal, term_record_mark;

#endif
