/* What a term may ask about calls, and about records that stand alone as their
 * parts do: a function for each field. */
#ifndef QUERY_TERM_CALL_H
#define QUERY_TERM_CALL_H

#include <stdbool.h>

struct term;
struct term_context;

typedef bool term_call_function(const struct term *term,
				const struct term_context *context);
term_call_function term_call_is, term_call_path, term_call_fd, term_call_data,
    term_call_addr, term_call_errno, term_call_failed, term_call_unfinished,
    term_call_result, term_call_bytes, term_call_duration;

#endif
