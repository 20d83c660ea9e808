/* calls_dump.c - prints where the threads of a program begin and which functions each reaches, for test_calls.py */
#include "scan/calls.h"

#include <stdio.h>
#include <stdlib.h>

static int dump(const struct scan *scan, const struct scan_calls *calls)
{
	static const char *const kinds[] = {"main", "pthread_create", "thrd_create", "std::thread", "go statement"};
	bool *reached = calloc(calls->n + 1, sizeof(*reached));

	for (size_t i = 0; reached && i < calls->entries_n; i++) {
		const struct scan_entry *entry = &calls->entries[i];

		printf("thread: %s %s%s\n", scan->functions[entry->function].name, kinds[entry->kind],
		       entry->guess ? " guess" : "");
		if (scan_calls_reach(calls, entry->function, reached))
			return 1;
		for (size_t f = 0; f < calls->n; f++)
			if (reached[f] && f != entry->function)
				printf("reach: %s: %s\n", scan->functions[entry->function].name, scan->functions[f].name);
	}
	printf("starts: %zu, %zu unknown\n", calls->starts_n, calls->starts_unknown);
	free(reached);
	return 0;
}

int main(int argc, char **argv)
{
	struct scan_error error;
	struct scan_calls *calls;
	struct scan *scan;
	int status;

	if (argc != 2 || scan_open(argv[1], &(struct scan_options){0}, &scan, &error))
		return 2;
	if (scan_calls_find(scan, 0, &calls))
		return 2;
	status = dump(scan, calls);
	scan_calls_free(calls);
	scan_close(scan);
	return status;
}
