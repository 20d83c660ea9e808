/*
 * watch_form.c - the shared form that was generated from watch_form.h, its group written with its lock and without
 *
 *     watch_form wrong|right SECONDS
 */
#define _GNU_SOURCE
#include "timed.h"
#include "watch_form.fg.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct account_shared shared;
static int wrong;
static double seconds;

__attribute__((noinline)) static void pay_bare(struct account_shared *account)
{
	account->group_money.fields.amount++;
}

__attribute__((noinline)) static void pay(struct account_shared *account)
{
	struct account_money *money = account_lock_money(account);

	money->amount++;
	money->fee++;
	account_unlock_money(account);
}

static void *work(void *user)
{
	long number = (long)user;
	struct timespec some = {.tv_nsec = 300000};

	for (double end = now_s() + seconds; now_s() < end; nanosleep(&some, NULL)) {
		if (number && wrong)
			pay_bare(&shared);
		else
			pay(&shared);
		account_store_id(&shared, number);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	wrong = strcmp(argv[1], "wrong") == 0;
	seconds = atof(argv[2]);
	account_shared_init(&shared);
	run_two(work);
	return 0;
}
