/*
 * One call -> the facts in it. What it does with what it is given the table of
 * calls says.
 */
#ifndef AUDIT_DEED_H
#define AUDIT_DEED_H

struct audit;
struct call;

/* 0 or -ENOMEM. */
int deed_take(struct audit *audit, const struct call *call);

#endif
