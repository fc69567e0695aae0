/*
 * Threads that are cancelled while they wait for each other, over and over:
 * in a condition variable, a mutex held by somebody, a read. Cleanup handlers
 * must all run. Prints how many did.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS  100
#define THREADS 6

struct room {
	pthread_mutex_t mutex;
	pthread_cond_t never;
	sem_t there;
	int nothing[2];
	long cleaned;
};

static void leave(void *context)
{
	struct room *room = context;

	room->cleaned++;
	pthread_mutex_unlock(&room->mutex);
}

static void leave_read(void *context)
{
	struct room *room = context;

	pthread_mutex_lock(&room->mutex);
	leave(room);
}

static void *wait_for_condition(void *context)
{
	struct room *room = context;

	pthread_mutex_lock(&room->mutex);
	pthread_cleanup_push(leave, room);
	sem_post(&room->there);
	for (;;)
		pthread_cond_wait(&room->never, &room->mutex);
	pthread_cleanup_pop(0);
	return NULL;
}

static void *wait_for_data(void *context)
{
	struct room *room = context;
	char letter;

	pthread_cleanup_push(leave_read, room);
	sem_post(&room->there);
	while (read(room->nothing[0], &letter, 1) != 1)
		;
	pthread_cleanup_pop(0);
	return NULL;
}

static long play(struct room *room)
{
	pthread_t threads[THREADS];
	long cancelled = 0;
	void *result;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL,
				   i % 2 ? wait_for_data : wait_for_condition,
				   room))
			exit(1);
	for (int i = 0; i < THREADS; i++)
		sem_wait(&room->there);
	for (int i = 0; i < THREADS; i++)
		pthread_cancel(threads[i]);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		cancelled += result == PTHREAD_CANCELED;
	}
	return cancelled;
}

int main(void)
{
	struct room room = { .mutex = PTHREAD_MUTEX_INITIALIZER,
			     .never = PTHREAD_COND_INITIALIZER };
	long cancelled = 0;

	sem_init(&room.there, 0, 0);
	if (pipe(room.nothing) < 0)
		return 1;
	for (int i = 0; i < ROUNDS; i++)
		cancelled += play(&room);
	printf("%ld cancelled, %ld cleaned up\n", cancelled, room.cleaned);
	return cancelled == ROUNDS * THREADS && room.cleaned == cancelled ? 0
									  : 1;
}
