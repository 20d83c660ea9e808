/*
 * chains.c - stores behind pointers that come from elsewhere: lists, hash tables, container_of, void *, results, casts
 *
 * Expectation: each store to a field is attributed to that field, by truth and by execution (tests/scan).
 */
#include "objects.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CONTAINER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

struct link {
	struct link *next, **before;
};

struct task {
	long id;
	struct link link;
	int priority;
	unsigned runs;
	struct link waiting;
	void *argument;
	void (*work)(struct task *task, void *argument);
};

struct entry {
	struct entry *next;
	uint64_t hash;
	uint32_t uses;
	uint16_t length;
	char key[];
};

struct table {
	struct entry **buckets;
	size_t buckets_n, entries_n;
	struct {
		unsigned long hits, misses;
	} counts;
};

struct blob {
	uint32_t size, used;
	struct {
		uint16_t kind, flags;
		uint32_t at;
	} parts[];
};

struct context {
	struct task *tasks;
	struct table *table;
	struct blob *blob;
	int depth;
	double load[4];
};

struct tree {
	struct tree *child[2];
	int key, balance;
	struct {
		int depth;
		long sum;
	} below;
};

static struct context context;
static struct task *all_tasks[16];
struct link run_queue;

APART static void *take(size_t size)
{
	void *block = malloc(size);

	if (!block)
		exit(1);
	return memset(block, 0, size);
}

APART static struct task *task_new(long id, int priority)
{
	struct task *task = take(sizeof *task);

	task->id = id;
	task->priority = priority;
	task->argument = task;
	return task;
}

APART static struct task *task_find(long id)
{
	for (size_t i = 0; i < 16; i++)
		if (all_tasks[i] && all_tasks[i]->id == id)
			return all_tasks[i];
	return NULL;
}

static inline void link_after(struct link *link, struct link *at)
{
	link->next = at->next;
	link->before = &at->next;
	if (at->next)
		at->next->before = &link->next;
	at->next = link;
}

APART static void link_out(struct link *link)
{
	*link->before = link->next;
	if (link->next)
		link->next->before = link->before;
	link->next = NULL;
	link->before = NULL;
}

APART static void run_all(struct link *queue)
{
	for (struct link *at = queue->next; at; at = at->next) {
		struct task *task = CONTAINER_OF(at, struct task, link);

		task->runs++;
		task->priority -= 1;
		if (task->work)
			task->work(task, task->argument);
	}
}

APART static void wake(struct link *waiting, int by)
{
	struct task *task = CONTAINER_OF(waiting, struct task, waiting);

	task->priority = by;
	task->waiting.next = NULL;
	task->work = NULL;
}

APART static void work_of_context(struct task *task, void *argument)
{
	struct context *mine = argument;

	mine->depth++;
	mine->load[task->priority & 3] = 1.0;
	mine->table->counts.hits += 2;
	mine->tasks = task;
}

APART static void call_found(long id)
{
	struct task *task = task_find(id);

	if (!task)
		return;
	task->work = work_of_context;
	task->argument = &context;
	task_find(id)->runs = 9;
}

APART static uint64_t hash_of(const char *key, size_t length)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)key[i]) * 1099511628211u;
	return hash;
}

APART static struct entry *table_get(struct table *table, const char *key)
{
	size_t length = strlen(key);
	uint64_t hash = hash_of(key, length);
	struct entry **place = &table->buckets[hash % table->buckets_n];

	for (struct entry *entry = *place; entry; entry = entry->next)
		if (entry->hash == hash && !memcmp(entry->key, key, length)) {
			entry->uses++;
			table->counts.hits++;
			return entry;
		}
	struct entry *entry = take(sizeof *entry + length + 1);

	entry->hash = hash;
	entry->length = (uint16_t)length;
	memcpy(entry->key, key, length + 1);
	entry->key[0] ^= 32;
	entry->next = *place;
	*place = entry;
	table->entries_n++;
	table->counts.misses++;
	return entry;
}

APART static void table_grow(struct table *table)
{
	size_t n = table->buckets_n * 2;
	struct entry **buckets = take(n * sizeof *buckets);

	for (size_t i = 0; i < table->buckets_n; i++)
		for (struct entry *entry = table->buckets[i], *next; entry; entry = next) {
			next = entry->next;
			entry->next = buckets[entry->hash % n];
			buckets[entry->hash % n] = entry;
		}
	table->buckets = buckets;
	table->buckets_n = n;
}

APART static struct blob *blob_add(struct blob *blob, uint16_t kind)
{
	if (!blob || blob->used == blob->size) {
		uint32_t size = blob ? blob->size * 2 : 2;

		blob = realloc(blob, sizeof *blob + size * sizeof blob->parts[0]);
		if (!blob)
			exit(1);
		if (size == 2)
			blob->used = 0;
		blob->size = size;
	}
	blob->parts[blob->used].kind = kind;
	blob->parts[blob->used].flags |= 0;
	blob->parts[blob->used].at = blob->used * 8;
	blob->used++;
	return blob;
}

APART static struct tree **tree_place(struct tree **root, int key)
{
	while (*root && (*root)->key != key)
		root = &(*root)->child[key > (*root)->key];
	return root;
}

APART static void tree_add(struct tree **root, int key)
{
	struct tree **place = tree_place(root, key);

	if (!*place) {
		*place = take(sizeof **place);
		(*place)->key = key;
	}
	(*place)->balance += 1;
	(*place)->below.sum += key;
	for (struct tree *at = *root; at && at->key != key; at = at->child[key > at->key]) {
		at->below.depth++;
		at->below.sum = key;
	}
}

APART static void rotate(struct tree **root)
{
	struct tree *top = *root, *up = top->child[1];

	if (!up)
		return;
	top->child[1] = up->child[0];
	up->child[0] = top;
	*root = up;
	top->balance = up->balance = 0;
}

static int by_key(const void *a, const void *b)
{
	const struct task *const *left = a, *const *right = b;

	return ((*left)->id > (*right)->id) - ((*left)->id < (*right)->id);
}

APART static void mark(void *object, int what)
{
	switch (what) {
	case 0: ((struct task *)object)->runs = 100; break;
	case 1: ((struct entry *)object)->uses = 100; break;
	default: ((struct tree *)object)->balance = 100; break;
	}
}

APART static struct task *either(struct task *a, struct task *b, int which)
{
	struct task *task = which & 1 ? a : b;

	task->priority = which;
	(which & 2 ? a : b)->runs = 7;
	return task;
}

APART static void chained(struct context *c, size_t i)
{
	c->tasks->link.next = NULL;
	c->table->buckets[0]->uses = 1;
	c->table->buckets[i]->next = NULL;
	c->blob->parts[i].at = 3;
	((struct context *)c->tasks->argument)->depth = 2;
}

int main(int argc, char **argv)
{
	static const char *const keys[] = { "id", "name", "status", "id", "note", "name", "price" };
	struct table *table = take(sizeof *table);
	struct tree *root = NULL;

	(void)argv;
	table->buckets = take(4 * sizeof *table->buckets);
	table->buckets_n = 4;
	context.table = table;
	for (size_t i = 0; i < 8; i++) {
		all_tasks[i] = task_new((long)i * argc, (int)i);
		link_after(&all_tasks[i]->link, &run_queue);
	}
	qsort(all_tasks, 8, sizeof all_tasks[0], by_key);
	call_found(3);
	run_all(&run_queue);
	link_out(&all_tasks[2]->link);
	wake(&all_tasks[3]->waiting, argc);
	for (size_t i = 0; i < 7; i++)
		table_get(table, keys[i]);
	table_grow(table);
	for (int i = 0; i < 5; i++)
		context.blob = blob_add(context.blob, (uint16_t)i);
	for (int i = 1; i < 7; i++)
		tree_add(&root, i * 5 % 7);
	rotate(&root);
	mark(all_tasks[1], argc - 1);
	mark(root, argc + 1);
	context.tasks = either(all_tasks[4], all_tasks[5], argc);
	context.tasks->argument = &context;
	for (size_t i = 0; i < table->buckets_n; i++)
		if (table->buckets[i]) {
			table->buckets[0] = table->buckets[i];
			table->buckets[1] = table->buckets[i];
		}
	chained(&context, (size_t)argc);
	for (size_t i = 0; i < 8; i++)
		OBJECT(struct task, all_tasks[i], 1);
	OBJECT(struct table, table, 1);
	OBJECT(struct context, &context, 1);
	OBJECT(struct blob, context.blob, 1);
	OBJECT(struct tree, root, 1);
	OBJECT(struct link, &run_queue, 1);
	OBJECT(struct entry, table->buckets[0], 1);
	return 0;
}
