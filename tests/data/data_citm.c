/* data_citm.c - citm_catalog.json: see data.h */
#include "data.h"
#include "citm.fg.h"
#include <inttypes.h>

static void print_performance(const struct citm_performance *performance)
{
	uint64_t amounts = 0, areas = 0;

	for (size_t i = 0; i < performance->prices_n; i++)
		amounts += performance->prices[i].amount;
	for (size_t i = 0; i < performance->seat_categories_n; i++) {
		for (size_t j = 0; j < performance->seat_categories[i].areas_n; j++)
			areas += performance->seat_categories[i].areas[j].area_id;
	}
	printf("%" PRIu32 " %" PRId64 " ", performance->id, performance->start_ms);
	data_print_str(performance->logo);
	printf(" %" PRIu64 " %" PRIu64 "\n", amounts, areas);
}

static void print_catalog(const struct citm_catalog *catalog)
{
	for (size_t i = 0; i < catalog->events_n; i++) {
		printf("%" PRIu32 " %zu ", catalog->events[i].key, catalog->events[i].topic_ids_n);
		data_print_str(catalog->events[i].name);
		putchar('\n');
	}
	for (size_t i = 0; i < catalog->performances_n; i++)
		print_performance(&catalog->performances[i]);
	for (size_t i = 0; i < catalog->topic_sub_topics_n; i++) {
		const struct citm_topic *topic = &catalog->topic_sub_topics[i];

		printf("%" PRIu32 " %" PRIu32 "\n", topic->id, topic->sub_topic_ids[topic->sub_topic_ids_n - 1]);
	}
	for (size_t i = 0; i < catalog->venue_names_n; i++) {
		data_print_str(catalog->venue_names[i].code);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	struct fg_decode_options options = {.flags = FG_DECODE_UNKNOWN_ERROR | FG_DECODE_DUPLICATE_ERROR};
	struct citm_catalog catalog;
	struct fg_buffer out = {0};
	struct fg_arena arena;
	struct fg_error error;
	size_t len;
	char *text = argc == 3 ? data_read(argv[1], &len) : NULL;
	int status;

	if (!text)
		return 1;
	fg_arena_init(&arena, NULL, 0);
	if (citm_catalog_decode(text, len, &options, &arena, &catalog, NULL, &error)) {
		status = data_failed("decode", &error);
	} else if (citm_catalog_encode(&catalog, NULL, &out, &error)) {
		status = data_failed("encode", &error);
	} else {
		print_catalog(&catalog);
		status = data_write(argv[2], &out) ? 0 : 1;
	}
	fg_buffer_fini(&out);
	fg_arena_fini(&arena);
	free(text);
	return status;
}
