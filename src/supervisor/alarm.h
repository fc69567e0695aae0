/*
 * A signal that ends the loop's waits every now and then, while
 * somebody has asked for it: SIGALRM, which whoever runs the supervisor must
 * have given a handler.
 */
#ifndef SUPERVISOR_ALARM_H
#define SUPERVISOR_ALARM_H

/* From now on, until alarm_clear(). */
void alarm_set(void);
void alarm_clear(void);

#endif
