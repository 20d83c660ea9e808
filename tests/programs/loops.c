/*
 * loops.c - stores that the optimiser moves: strength-reduced and unrolled loops, vectors, spills, jump tables, globals
 *
 * Expectation: each store to a field is attributed to that field, by truth and by execution (tests/scan).
 */
#include "objects.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct sample {
	double value;
	float weight;
	uint32_t count;
	int64_t sums[3];
	uint8_t marks[8];
};

struct pixel {
	uint8_t red, green, blue, alpha;
};

struct quad {
	int a, b, c, d;
};

struct wide {
	struct quad quads[8];
	double table[16];
	struct pixel pixels[64];
	size_t at;
	long odd[7];
};

struct grid {
	int width, height;
	struct cell {
		short value, next;
		int links[2];
	} cells[6][10];
};

struct machine {
	const uint8_t *code;
	size_t pc;
	long stack[16];
	unsigned depth;
	struct {
		long accumulator, remainder;
		int zero, negative;
	} state;
	unsigned long executed[8];
};

static struct wide wides[3];
struct grid the_grid;
static struct sample samples[32];
static int counters[12];
static struct {
	long first, second;
	struct quad quad;
} loose;
struct machine *current;
static _Thread_local struct sample own_sample;

APART static void each_sample(struct sample *list, size_t n, float weight)
{
	for (size_t i = 0; i < n; i++) {
		list[i].value = (double)i;
		list[i].weight = weight;
		list[i].count = 0;
	}
}

APART static void every_third(struct sample *list, size_t n)
{
	for (size_t i = 2; i < n; i += 3) {
		list[i].sums[1] = (int64_t)i;
		list[i - 1].sums[2] = (int64_t)i;
		list[i - 2].marks[i & 7] = 1;
	}
}

APART static void backwards(struct sample *list, size_t n)
{
	for (struct sample *at = list + n; at-- > list;) {
		at->weight *= 2;
		at->sums[0] -= 1;
	}
}

APART static void until(struct sample *list, const struct sample *end)
{
	do {
		list->count++;
		list->marks[3] = 2;
	} while (++list < end);
}

APART static void quads_fill(struct quad *quads, int n, int v)
{
	for (int i = 0; i < n; i++) {
		quads[i].a = v;
		quads[i].b = v + 1;
		quads[i].c = v + 2;
		quads[i].d = v + 3;
	}
}

APART static void quad_zero(struct quad *quad)
{
	quad->a = quad->b = quad->c = quad->d = 0;
}

APART static void vectors(struct wide *wide, double factor)
{
	for (int i = 0; i < 16; i++)
		wide->table[i] *= factor;
	for (int i = 0; i < 64; i++)
		wide->pixels[i].alpha = 255;
	for (int i = 0; i < 7; i++)
		wide->odd[i] += i;
}

APART static void pixels_set(struct pixel *pixels, size_t n, uint8_t grey)
{
	for (size_t i = 0; i < n; i++)
		pixels[i] = (struct pixel){ grey, grey, grey, 255 };
	pixels[0].red = 1;
	pixels[n - 1].blue = 2;
}

APART static void grid_fill(struct grid *grid, int start)
{
	for (int y = 0; y < 6; y++)
		for (int x = 0; x < 10; x++) {
			grid->cells[y][x].value = (short)(start + x);
			grid->cells[y][x].next = (short)y;
			grid->cells[y][x].links[1] = x * y;
		}
	grid->width = 10;
	grid->height = 6;
}

APART static void grid_column(struct grid *grid, int x)
{
	for (int y = 1; y < 6; y++) {
		grid->cells[y][x].value = 1;
		grid->cells[y - 1][x].links[0] = y;
	}
	the_grid.cells[3][x].next = 4;
	the_grid.cells[x][3].value = 5;
}

APART static long helper(long a, long b)
{
	return a * 3 + b;
}

/* More pointers live over calls than there are registers. */
APART static long spilled(struct sample *a, struct wide *b, struct grid *c, struct quad *d, struct machine *e, long n)
{
	long sum = 0;

	for (long i = 0; i < n; i++) {
		long one = helper(i, n), two = helper(one, i), three = helper(two, one);

		a[i].value = (double)one;
		b->at = (size_t)two;
		c->width = (int)three;
		d[i & 3].c = (int)(one + two);
		e->state.accumulator = helper(three, one);
		e->state.zero = one == two;
		a[i].sums[i % 3] = three;
		b->quads[i & 7].d = (int)helper(two, three);
		sum += one + two * three;
	}
	return sum;
}

APART static void run(struct machine *machine)
{
	for (;;) {
		uint8_t code = machine->code[machine->pc++];

		switch (code) {
		case 0: return;
		case 1: machine->stack[machine->depth++] = machine->state.accumulator; break;
		case 2: machine->state.accumulator = machine->stack[--machine->depth]; break;
		case 3: machine->state.accumulator += machine->state.remainder; break;
		case 4: machine->state.remainder = machine->state.accumulator % 10; break;
		case 5: machine->state.zero = machine->state.accumulator == 0; break;
		case 6: machine->state.negative = 1; break;
		case 7: machine->stack[0] = 7; break;
		case 8: machine->state.accumulator++; break;
		default: machine->depth = 0; break;
		}
		machine->executed[code & 7]++;
	}
}

APART static void run_threaded(struct machine *machine)
{
	static const void *const labels[] = { &&stop, &&push, &&pop, &&add, &&clear };
	const uint8_t *code = machine->code;

	goto *labels[*code];
push:
	machine->stack[machine->depth++ & 15] = 4;
	goto *labels[*++code];
pop:
	machine->depth--;
	goto *labels[*++code];
add:
	machine->state.accumulator += *code;
	goto *labels[*++code];
clear:
	machine->state.remainder = 0;
	goto *labels[*++code];
stop:
	machine->pc = (size_t)(code - machine->code);
}

APART static void globals(size_t i, int v)
{
	wides[1].at = i;
	wides[i].quads[2].b = v;
	wides[2].quads[i].c = v;
	wides[i].odd[3] = v;
	loose.first = v;
	loose.quad.d = v;
	samples[i].weight = 1.5f;
	samples[31].sums[2] = 9;
	samples[i + 1].marks[2] = 8;
	counters[i] += v;
	counters[3] = v;
	current->state.negative = v;
	current->executed[i]++;
	own_sample.count = 4;
	own_sample.sums[i] = v;
}

APART static void scatter(struct sample *list, const unsigned *where, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sample *sample = &list[where[i]];

		sample->count += 1;
		sample->value = 0.5;
		sample->marks[i & 7] ^= 1;
	}
}

APART static void halves(struct wide *wide, size_t from, size_t to)
{
	struct quad *low = &wide->quads[from], *high = &wide->quads[to];

	while (low < high) {
		low->a = high->d;
		high->b = low->c;
		low++;
		high--;
	}
}

int main(int argc, char **argv)
{
	static const uint8_t code[] = { 8, 1, 8, 4, 3, 5, 6, 2, 9, 7, 0 }, threaded[] = { 1, 3, 4, 2, 0 };
	static const unsigned where[] = { 3, 1, 4, 1, 5 };
	struct sample *list = calloc(40, sizeof *list);
	struct quad *quads = calloc(16, sizeof *quads);
	struct machine *machines = calloc(2, sizeof *machines);
	struct grid *grid = calloc(1, sizeof *grid);
	size_t one = (size_t)argc;

	(void)argv;
	if (!list || !quads || !machines || !grid)
		return 1;
	each_sample(list, 39 + one, 1.0f);
	every_third(samples, 31 + one);
	backwards(list, 20 * one);
	until(list, list + 10 * one);
	quads_fill(quads, 14 + argc, argc);
	quad_zero(&wides[argc].quads[3]);
	vectors(&wides[argc], 1.25);
	pixels_set(wides[2].pixels, 60 + one, 3);
	grid_fill(grid, argc);
	grid_column(&the_grid, argc);
	spilled(list, &wides[0], grid, quads, &machines[1], 5 + argc);
	machines[0].code = code;
	run(&machines[0]);
	machines[1].code = threaded;
	run_threaded(&machines[1]);
	current = &machines[argc];
	globals(one, 4);
	scatter(list, where, 4 + one);
	halves(&wides[1], one, 7);
	OBJECT(struct sample, list, 40);
	OBJECT(struct quad, quads, 16);
	OBJECT(struct machine, machines, 2);
	OBJECT(struct grid, grid, 1);
	OBJECT(struct grid, &the_grid, 1);
	OBJECT(struct wide, wides, 3);
	OBJECT(struct sample, samples, 32);
	return 0;
}
