/* A whole trace, from a descriptor to standard output. */
#ifndef DUMP_DUMP_H
#define DUMP_DUMP_H

struct job;
struct text;

/*
 * Prints the records of the trace that fd (not taken over) leads to, and of the
 * files that it goes on in. 0; or -1,
 * after all that came before the trouble is printed, with one line in *error
 * that says what it was: empty when nobody reads the output any more.
 */
int dump_run(const struct job *job, int fd, struct text *error);

/* Opens what the job says is to be read. A descriptor; or -1 with one line
 * in *error. */
int dump_open(const struct job *job, struct text *error);

/* What to call the input in messages. */
const char *dump_name(const struct job *job);

/* Writes the text to a descriptor and empties it. 0 or -1, as above. */
int dump_write(int fd, struct text *text, struct text *error);

#endif
