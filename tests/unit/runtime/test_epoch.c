/* test_epoch.c - read sections and what is freed after them: order, nesting, threads that die, fork, no memory */
#include "tap.h"
#include "runtime/epoch.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef CROWD
/* Stands for aligned_alloc in epoch.c: no thread ever gets a slot, all are counted under the lock. */
void *aligned_alloc(size_t align, size_t size)
{
	(void)align;
	(void)size;
	return NULL;
}
#endif

struct piece {
	struct epoch_garbage garbage;
	int number;
};

static atomic_int freed, freed_last;

static void piece_free(struct epoch_garbage *garbage)
{
	struct piece *piece = (void *)garbage;

	freed_last = piece->number;
	freed++;
	free(piece);
}

static void retire(int number)
{
	struct piece *piece = malloc(sizeof *piece);

	piece->number = number;
	epoch_retire(&piece->garbage, sizeof *piece, piece_free);
}

/* A reader in a thread of its own, that opens and closes its section when it is told. */
struct reader {
	pthread_t thread;
	sem_t go, done;
	bool exits_inside;
};

static void *reader_main(void *user)
{
	struct reader *reader = user;
	struct fg_read read = fg_read_begin();

	sem_post(&reader->done);
	sem_wait(&reader->go);
	if (reader->exits_inside)
		pthread_exit(NULL);
	fg_read_end(&read);
	sem_post(&reader->done);
	return NULL;
}

static void reader_open(struct reader *reader, bool exits_inside)
{
	reader->exits_inside = exits_inside;
	sem_init(&reader->go, 0, 0);
	sem_init(&reader->done, 0, 0);
	pthread_create(&reader->thread, NULL, reader_main, reader);
	sem_wait(&reader->done);
}

static void reader_close(struct reader *reader)
{
	sem_post(&reader->go);
	pthread_join(reader->thread, NULL);
	sem_destroy(&reader->go);
	sem_destroy(&reader->done);
}

static void test_alone(void)
{
	struct fg_read outer, inner;

	freed = 0;
	retire(1);
	tap_eq_int(freed, 0, "a piece waits for its batch");
	tap_eq_int(epoch_poll(), 0, "poll leaves nothing");
	tap_ok(freed == 1 && freed_last == 1, "it is freed, once");
	outer = fg_read_begin();
	inner = fg_read_begin();
	retire(2);
	tap_eq_int(epoch_poll(), 1, "one waits for this thread's own section");
	tap_eq_int(fg_read_wait(), -EDEADLK, "waiting for oneself is refused");
	fg_read_end(&inner);
	tap_ok(!inner.place, "closed sections say so");
	tap_eq_int(freed, 1, "the inner end is no end");
	fg_read_end(&outer);
	tap_eq_int(freed, 2, "the last to leave frees it");
	for (int i = 0; i < EPOCH_BATCH; i++)
		retire(i);
	tap_eq_int(freed, 2 + EPOCH_BATCH, "a full batch is freed without being asked");
	tap_eq_int(fg_read_wait(), 0, "wait with nothing to wait for");
}

static void test_readers(void)
{
	struct reader early, late;

	freed = 0;
	reader_open(&early, false);
	retire(1);
	epoch_poll();
	reader_open(&late, false);
	retire(2);
	epoch_poll();
	tap_eq_int(freed, 0, "both wait for the early reader");
	reader_close(&early);
#ifdef CROWD
	tap_eq_int(freed, 0, "without slots the oldest of those that overlap counts for all");
#else
	tap_ok(freed == 1 && freed_last == 1, "the second alone waits for the late one");
#endif
	reader_close(&late);
	tap_eq_int(freed, 2, "and is freed by it");
#ifdef CROWD
	/* Nobody knows of the end of a thread that has no slot. */
	return;
#endif
	reader_open(&late, true);
	retire(3);
	epoch_poll();
	tap_eq_int(freed, 2, "one waits for a thread that will end inside its section");
	reader_close(&late);
	tap_eq_int(freed, 3, "its end frees it");
}

static void *wait_main(void *user)
{
	*(int *)user = fg_read_wait();
	return NULL;
}

static void test_wait(void)
{
	struct reader reader;
	pthread_t thread;
	int rc = 1;

	freed = 0;
	reader_open(&reader, false);
	retire(1);
	pthread_create(&thread, NULL, wait_main, &rc);
	usleep(20000);
	tap_eq_int(freed, 0, "wait frees nothing early");
	reader_close(&reader);
	pthread_join(thread, NULL);
	tap_ok(rc == 0 && freed == 1, "wait returns after the reader left, with the piece freed");
}

/* Frees another piece, retires a third and reads, all from a free function. */
static void piece_free_more(struct epoch_garbage *garbage)
{
	struct fg_read read = fg_read_begin();

	retire(9);
	fg_read_end(&read);
	epoch_poll();
	if (fg_read_wait() != -EDEADLK)
		freed = 1000;
	piece_free(garbage);
}

static void test_free_retires(void)
{
	struct piece *piece = malloc(sizeof *piece);

	freed = 0;
	piece->number = 1;
	epoch_retire(&piece->garbage, sizeof *piece, piece_free_more);
	tap_eq_int(epoch_poll(), 0, "what a free function retires is freed too");
	tap_eq_int(freed, 2, "both, once");
}

static void test_sleeper(void)
{
	enum { MANY = EPOCH_WAITING_MAX + 500 };
	struct reader reader;

	freed = 0;
	reader_open(&reader, false);
	for (int i = 0; i < MANY; i++)
		retire(i);
	tap_eq_int(freed, 0, "nothing is freed behind a reader that sleeps, beyond the bound too");
	tap_eq_int(epoch_waiting(), MANY, "all is counted");
	reader_close(&reader);
	tap_eq_int(fg_read_wait(), 0, "the reader left");
	tap_eq_int(freed, MANY, "all is freed");
}

static void *touch(void *user)
{
	struct fg_read read = fg_read_begin();

	retire(*(int *)user);
	fg_read_end(&read);
	return NULL;
}

static void test_many_threads(void)
{
	enum { AT_ONCE = 16, ROUNDS = 20 };
	pthread_t threads[AT_ONCE];
	int number = 5;

	freed = 0;
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < AT_ONCE; i++)
			pthread_create(&threads[i], NULL, touch, &number);
		for (int i = 0; i < AT_ONCE; i++)
			pthread_join(threads[i], NULL);
	}
	fg_read_wait();
	tap_eq_int(freed, AT_ONCE * ROUNDS, "what threads that are dead retired is freed");
}

static void test_fork(void)
{
	struct reader reader;
	int status = 1;
	pid_t child;

	freed = 0;
	reader_open(&reader, false);
	retire(1);
	epoch_poll();
	fflush(stdout);
	child = fork();
	if (child == 0) {
		/* The reader does not exist here. */
		epoch_poll();
		_exit(freed == 1 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "in a child nobody waits for the parent's other threads");
	tap_eq_int(freed, 0, "in the parent the piece waits on");
	reader_close(&reader);
	tap_eq_int(freed, 1, "until its reader leaves");
}

int main(void)
{
	test_alone();
	test_readers();
	test_wait();
	test_free_retires();
	test_sleeper();
	test_many_threads();
	test_fork();
	return tap_done();
}
