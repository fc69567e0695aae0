/*
 * SET, CLEAR and their kin over all that a request means: the kernel's
 * ktrace(2), but for its file. Each target is judged by itself.
 */
#ifndef SUPERVISOR_ORDER_H
#define SUPERVISOR_ORDER_H

struct request;
struct supervisor;
struct wire_answer;

/* Whether a SET could be done to anybody: 0, -EINVAL, -EBADF. */
int order_check(const struct request *request);

/*
 * Each returns what ktrace(2) would: 0 or -errno, and counts in the answer for
 * whom it was done and to whom it was refused. The threads that it concerns are
 * awaited.
 */
int order_set(struct supervisor *supervisor, struct request *request,
	      struct wire_answer *answer);
int order_clear(struct supervisor *supervisor, struct request *request,
		struct wire_answer *answer);
int order_clear_file(struct supervisor *supervisor, struct request *request,
		     struct wire_answer *answer);
int order_clear_mine(struct supervisor *supervisor, struct request *request,
		     struct wire_answer *answer);

/* Everything that is recorded is cleared: another one takes over. */
void order_reset(struct supervisor *supervisor, const char *why);

/* A USER record of the requester's parent. */
int order_utrace(struct supervisor *supervisor, struct request *request,
		 struct wire_answer *answer);

#endif
