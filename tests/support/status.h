/*
 * /proc/PID/status as a witness: who traces a process, whether it is stopped.
 * A process that is not there fails the test that asks.
 */
#ifndef SUPPORT_STATUS_H
#define SUPPORT_STATUS_H

#include <stdint.h>
#include <sys/types.h>

#define STATUS_VALUE_MAX 64

/* The first word behind "name:". */
void status_value(pid_t pid, const char *name, char ret[STATUS_VALUE_MAX]);

/* 0: nobody. */
pid_t status_tracer(pid_t pid);

/* A signal set: bit n-1 is signal n. */
uint64_t status_signals(pid_t pid, const char *name);

/* Between two looks at what is waited for: leaves the CPU to it. */
void status_pause(void);

/* Waits for a state by its letter: 'T' stopped, 't' in a stop of its tracer. */
void status_await(pid_t pid, char state);

/* Prints where all threads of a process, of what came of it and of whoever
 * traces them are: for one that hangs. */
void status_print_hang(pid_t pid);

#endif
