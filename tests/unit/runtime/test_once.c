/* test_once.c - cells alone: failure, recursion, threads that end inside an initialiser; replacing and freeing */
#define FG_CHECKED 1
#include "tap.h"

#include <errno.h>
#include <fieldguard/once.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int runs, fails_left;
static int answer = 42;

static int make(void *user, void **ret_value)
{
	runs++;
	if (fails_left > 0) {
		fails_left--;
		return -EIO;
	}
	*ret_value = user;
	return 0;
}

static int make_odd(void *user, void **ret_value)
{
	*ret_value = &answer;
	return *(int *)user;
}

static void test_once(void)
{
	struct fg_once once = {0};
	void *value = NULL;
	int positive = 3, zero = 0;

	tap_ok(!fg_once_get(&once), "empty at first");
	fails_left = 2;
	tap_eq_int(fg_once_run(&once, make, &answer, &value), -EIO, "the initialiser's error comes back");
	tap_eq_int(fg_once_run(&once, make, &answer, NULL), -EIO, "it is tried again");
	tap_ok(!fg_once_get(&once) && !value, "empty after failures, result untouched");
	tap_eq_int(fg_once_run(&once, make_odd, &positive, &value), -EINVAL, "more than 0 is a failure");
	tap_eq_int(fg_once_run(&once, make, NULL, &value), -EINVAL, "success without a value is a failure");
	tap_eq_int(fg_once_run(&once, make, &answer, &value), 0, "and again");
	tap_ok(value == &answer && fg_once_get(&once) == &answer, "the value");
	value = NULL;
	tap_eq_int(fg_once_run(&once, make_odd, &zero, &value), 0, "another initialiser");
	tap_ok(value == &answer && runs == 4, "is not run");
	tap_ok(fg_once_take(&once) == &answer && !fg_once_take(&once), "taken out");
}

static struct fg_once recursive;
static struct fg_once_swap recursive_swap;
static int inner_rc[3];

static int make_recursive(void *user, void **ret_value)
{
	inner_rc[0] = fg_once_run(&recursive, make_recursive, user, ret_value);
	*ret_value = user;
	return 0;
}

static int make_recursive_swap(void *user, struct fg_once_value *ret_value)
{
	ret_value->value = user;
	inner_rc[1] = fg_once_swap_run(&recursive_swap, make_recursive_swap, user);
	inner_rc[2] = fg_once_swap_replace(&recursive_swap, *ret_value);
	return 0;
}

static void test_recursion(void)
{
	void *value;

	tap_eq_int(fg_once_run(&recursive, make_recursive, &answer, &value), 0, "the outer run");
	tap_eq_int(inner_rc[0], -EDEADLK, "the inner run is refused");
	tap_eq_int(fg_once_swap_run(&recursive_swap, make_recursive_swap, &answer), 0, "outer run, to be replaced");
	tap_eq_int(inner_rc[1], -EDEADLK, "inner run");
	tap_eq_int(inner_rc[2], -EDEADLK, "replacing from the initialiser");
	fg_once_swap_fini(&recursive_swap);
}

static struct fg_once left;

static int make_exit(void *user, void **ret_value)
{
	(void)user;
	(void)ret_value;
	pthread_exit(NULL);
}

static void *exits(void *user)
{
	fg_once_run(&left, make_exit, user, NULL);
	return NULL;
}

static void test_thread_ends(void)
{
	pthread_t thread;
	void *value;

	pthread_create(&thread, NULL, exits, NULL);
	pthread_join(thread, NULL);
	tap_ok(!fg_once_get(&left), "a thread that ends inside leaves the cell empty");
	tap_eq_int(fg_once_run(&left, make, &answer, &value), 0, "the next may run");
}

/* ---- many threads, an initialiser that fails some times ---- */

enum { THREADS = 16, FAILURES = 5 };
static struct fg_once shared;
static atomic_int inside_n, most_inside, made_n;

static int make_slowly(void *user, void **ret_value)
{
	int n = ++inside_n;
	int made;

	(void)user;
	if (n > most_inside)
		most_inside = n;
	usleep(500);
	made = ++made_n;
	inside_n--;
	if (made <= FAILURES)
		return -EAGAIN;
	*ret_value = &answer;
	return 0;
}

static void *runner(void *user)
{
	void *value = NULL;
	int rc = fg_once_run(&shared, make_slowly, NULL, &value);

	*(int *)user = rc == 0 && value == &answer ? 0 : rc;
	return NULL;
}

static void test_threads(void)
{
	pthread_t threads[THREADS];
	int rc[THREADS], failed = 0, other = 0;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, runner, &rc[i]);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		failed += rc[i] == -EAGAIN;
		other += rc[i] != 0 && rc[i] != -EAGAIN;
	}
	tap_eq_int(made_n, FAILURES + 1, "run until it succeeded, and not once more");
	tap_eq_int(failed, FAILURES, "each failure went to one caller");
	tap_eq_int(other, 0, "all others got the value");
	tap_eq_int(most_inside, 1, "one at a time");
}

/* ---- replacing ---- */

static int freed_n;
static void *freed_last;

static void note_free(void *value, void *user)
{
	freed_n++;
	freed_last = value;
	if (user)
		++*(int *)user;
}

static int make_value(void *user, struct fg_once_value *ret_value)
{
	if (!user)
		return -ENOENT;
	*ret_value = (struct fg_once_value){user, note_free, NULL};
	return 0;
}

static void test_replace(void)
{
	struct fg_once_swap swap = {0};
	int values[4], told = 0;
	struct fg_read read, inner;

	tap_eq_int(fg_once_swap_run(&swap, make_value, NULL), -ENOENT, "an initialiser that fails");
	tap_eq_int(fg_once_swap_run(&swap, make_value, &values[0]), 0, "and one that does not");
	tap_eq_int(fg_once_swap_run(&swap, make_value, &values[3]), 0, "and one that is not run");
	tap_eq_int(fg_once_swap_replace(&swap, (struct fg_once_value){NULL, note_free, NULL}), -EINVAL, "no value");
	read = fg_read_begin();
	tap_ok(fg_once_swap_get(&swap, &read) == &values[0], "the first value");
	fg_read_end(&read);
	tap_eq_int(fg_once_swap_replace(&swap, (struct fg_once_value){&values[1], note_free, &told}), 0, "replaced");
	tap_ok(freed_n == 1 && freed_last == &values[0], "freed at once where nobody reads");

	read = fg_read_begin();
	fg_once_swap_get(&swap, &read);
	tap_eq_int(fg_once_swap_replace(&swap, (struct fg_once_value){&values[2], note_free, NULL}), 0,
	           "replaced while it is read, by the reader");
	tap_eq_int(freed_n, 1, "not freed while it is read");
	inner = fg_read_begin();
	tap_ok(fg_once_swap_get(&swap, &inner) == &values[2], "the new value is there");
	fg_read_end(&inner);
	tap_eq_int(freed_n, 1, "nor by the end of an inner section");
	fg_read_end(&read);
	tap_ok(freed_n == 2 && freed_last == &values[1] && told == 1, "freed by the last reader");

	fg_once_swap_fini(&swap);
	tap_ok(freed_n == 3 && freed_last == &values[2], "fini frees the last");
	fg_once_swap_fini(&swap);
	fg_once_swap_fini(NULL);
	tap_eq_int(fg_once_swap_replace(&swap, (struct fg_once_value){&values[0], NULL, NULL}), 0, "used again");
	fg_once_swap_fini(&swap);
	tap_eq_int(freed_n, 3, "no free function, no free");
}

/* What a child does that uses a section which is closed. */
static int misused(bool ends_twice)
{
	struct fg_once_swap swap = {0};
	struct fg_read read;
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		signal(SIGILL, SIG_DFL);
		signal(SIGTRAP, SIG_DFL);
		read = fg_read_begin();
		fg_read_end(&read);
		if (ends_twice)
			fg_read_end(&read);
		else
			fg_once_swap_get(&swap, &read);
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status);
}

static void test_misuse(void)
{
	tap_ok(misused(true), "a section closed twice is the end");
	tap_ok(misused(false), "in checked builds a get in a closed section too");
}

int main(void)
{
	test_once();
	test_recursion();
	test_thread_ends();
	test_threads();
	test_replace();
	test_misuse();
	return tap_done();
}
