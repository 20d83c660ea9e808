/* data_twitter.c - twitter.json: see data.h */
#include "data.h"
#include "twitter.fg.h"
#include <inttypes.h>

static void print_status(const struct twitter_status *status)
{
	size_t indices = 0;

	printf("%" PRId64 " ", status->id);
	data_print_str(status->user.screen_name);
	printf(" %" PRIu32 " %" PRIu32 " ", status->user.followers_count, status->retweet_count);
	if (status->user.utc_offset)
		printf("%" PRId32 " ", *status->user.utc_offset);
	else
		printf("null ");
	printf("%s ", !status->possibly_sensitive ? "absent" : *status->possibly_sensitive ? "true" : "false");
	for (size_t i = 0; i < status->entities.user_mentions_n; i++)
		indices += status->entities.user_mentions[i].indices[0] + status->entities.user_mentions[i].indices[1];
	for (size_t i = 0; i < status->entities.media_n; i++)
		indices += status->entities.media[i].sizes.large.w *
		           (status->entities.media[i].sizes.thumb.resize == TWITTER_RESIZE_CROP);
	printf("%zu %zu %s\n", indices, status->text.len, status->retweeted_status ? "retweet" : "-");
	if (status->retweeted_status)
		print_status(status->retweeted_status);
}

int main(int argc, char **argv)
{
	struct fg_decode_options options = {.flags = FG_DECODE_UNKNOWN_ERROR | FG_DECODE_DUPLICATE_ERROR};
	struct twitter_search search;
	struct twitter_search_present present;
	struct fg_buffer all = {0}, named = {0};
	struct fg_arena arena;
	struct fg_error error;
	size_t len;
	char *text = argc == 3 ? data_read(argv[1], &len) : NULL;
	int status = 1;

	if (!text)
		return 1;
	fg_arena_init(&arena, NULL, 0);
	if (twitter_search_decode(text, len, &options, &arena, &search, &present, &error)) {
		status = data_failed("decode", &error);
	} else if (twitter_search_encode(&search, NULL, &all, &error) ||
	           twitter_search_encode(&search, &present, &named, &error)) {
		status = data_failed("encode", &error);
	} else if (all.len != named.len || memcmp(all.data, named.data, all.len)) {
		fprintf(stderr, "with the mask it is encoded otherwise than without\n");
	} else {
		for (size_t i = 0; i < search.statuses_n; i++)
			print_status(&search.statuses[i]);
		printf("%.17g\n", search.search_metadata.completed_in);
		status = data_write(argv[2], &all) ? 0 : 1;
	}
	fg_buffer_fini(&all);
	fg_buffer_fini(&named);
	fg_arena_fini(&arena);
	free(text);
	return status;
}
