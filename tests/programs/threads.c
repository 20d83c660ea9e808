/*
 * threads.c - where threads begin, and what they reach
 *
 * thread: main main
 * thread: worker pthread_create
 * thread: second thrd_create
 * thread: passed pthread_create guess
 * reach: main: start_passed leaf_of_main
 * reach: worker: leaf_of_worker both
 * reach: second: both
 */
#include <pthread.h>
#include <stddef.h>
#include <threads.h>

#ifdef __clang__
#define ALONE __attribute__((noinline)) static
#else
#define ALONE __attribute__((noipa)) static
#endif

volatile int sink;

ALONE void leaf_of_main(void) { sink = 1; }
ALONE void leaf_of_worker(void) { sink = 2; }
ALONE void both(void) { sink = 3; }
ALONE void unreached(void) { sink = 4; }
void (*volatile anything)(void) = unreached;

static void *worker(void *user)
{
	leaf_of_worker();
	both();
	return user;
}

static int second(void *user)
{
	(void)user;
	both();
	return 0;
}

static void *passed(void *user)
{
	anything();
	return user;
}

/* The address goes through memory: that it gets to pthread_create is a guess. */
ALONE int start_passed(pthread_t *thread)
{
	void *(*volatile begin)(void *) = passed;

	return pthread_create(thread, NULL, begin, NULL);
}

int main(void)
{
	pthread_t one, two;
	thrd_t three;

	leaf_of_main();
	if (pthread_create(&one, NULL, worker, NULL) || start_passed(&two) || thrd_create(&three, second, NULL))
		return 1;
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return thrd_join(three, NULL);
}
