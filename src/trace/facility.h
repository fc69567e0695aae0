/*
 * Trace points: the letters of ktrace -t and kdump -t, the kinds of record they
 * stand for, and the kinds' names. One table serves both programs.
 */
#ifndef TRACE_FACILITY_H
#define TRACE_FACILITY_H

#include <stdint.h>

struct text;

/* Always on while anything is: the reader needs to know what a pid is. */
#define FACILITY_PROCESS (KTRFAC(KTR_PROCCTOR) | KTRFAC(KTR_PROCDTOR))

/* What `+` stands for, and what is on without -t. */
uint32_t facility_default(void);

/*
 * The letters of a -t argument, `+` for the default set, `-x` to remove (first
 * of all, it removes from the default set). FACILITY_PROCESS is not among them:
 * the recorder adds it. Returns 0 and the mask of KTRFAC() bits, or -EINVAL
 * with *ret_bad set to the offending letter.
 */
int facility_parse(const char *letters, uint32_t *ret, char *ret_bad);

/* The letters that stand for all kinds of a mask, each once. */
void facility_letters(struct text *text, uint32_t mask);

/* "CALL", "RET ", ...: four columns, as kdump prints it; NULL for none. */
const char *facility_tag(unsigned kind);

/* "syscall", "sysret", ... for JSON and loss records; "unknown" else. */
const char *facility_name(unsigned kind);

/* The letters with what they mean, one per line, for --help. */
void facility_help(struct text *text);

#endif
