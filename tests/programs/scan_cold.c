/*
 * scan_cold.c - a function whose unlikely part lies away from the rest
 *
 * = function work: ranges 2
 * = function work: int
 * = function fail: void
 */
#include <stdio.h>
#include <stdlib.h>

struct pair { int a, b; };

__attribute__((cold, noinline)) static void fail(int value)
{
	printf("%d", value);
	exit(1);
}

int work(struct pair *pair, int value);

__attribute__((noinline)) int work(struct pair *pair, int value)
{
	if (__builtin_expect(value > 100, 0)) {
		pair->a = value;
		pair->b = value * 3;
		fail(value);
	}
	pair->a++;
	return pair->b;
}

int main(int argc, char **argv)
{
	struct pair pair = { argc, 2 };

	(void)argv;
	return work(&pair, argc);
}
