/* peer_fieldguard.c - the structs by way of the code that fieldguard made for them */
#include "bench.h"
#include "citm.fg.h"
#include "github.fg.h"
#include "order.fg.h"
#include "twitter.fg.h"
#include <stdlib.h>

struct state {
	struct fg_arena arena;
	struct twitter_search twitter;
};

static void *open_state(void)
{
	struct state *state = calloc(1, sizeof(*state));

	if (state)
		fg_arena_init(&state->arena, NULL, 0);
	return state;
}

static void release(void *opaque)
{
	fg_arena_reset(&((struct state *)opaque)->arena);
}

static void close_state(void *opaque)
{
	struct state *state = opaque;

	if (!state)
		return;
	fg_arena_fini(&state->arena);
	free(state);
}

static int order_text(void *opaque, const struct bench_text *text, struct order *ret,
                      struct bench_order_present *ret_present)
{
	struct order_present present;
	int failed = order_decode(text->json, text->len, NULL, NULL, ret, &present, NULL);

	(void)opaque;
	if (!failed) {
		ret_present->order = present.bits[0];
		ret_present->customer = present.customer.bits[0];
	}
	return failed;
}

static int twitter_text(void *opaque, const struct bench_text *text, struct twitter_search *ret)
{
	struct state *state = opaque;

	return twitter_search_decode(text->json, text->len, NULL, &state->arena, ret, NULL, NULL);
}

static int github_text(void *opaque, const struct bench_text *text, struct bench_github *ret)
{
	struct state *state = opaque;

	return github_event_decode_array(text->json, text->len, NULL, &state->arena, &ret->events, NULL, &ret->events_n,
	                                 NULL);
}

static int citm_text(void *opaque, const struct bench_text *text, struct citm_catalog *ret)
{
	struct state *state = opaque;

	return citm_catalog_decode(text->json, text->len, NULL, &state->arena, ret, NULL, NULL);
}

static int print_order(void *opaque, const struct order *order, struct fg_buffer *out)
{
	(void)opaque;
	return order_encode(order, NULL, out, NULL);
}

static int load_twitter(void *opaque, const struct bench_text *text)
{
	return twitter_text(opaque, text, &((struct state *)opaque)->twitter);
}

static int print_twitter(void *opaque, struct fg_buffer *out)
{
	return twitter_search_encode(&((struct state *)opaque)->twitter, NULL, out, NULL);
}

const struct bench_peer bench_fieldguard = {
    .name = "fieldguard",
    .open = open_state,
    .close = close_state,
    .release = release,
    .decode_order = order_text,
    .decode_twitter = twitter_text,
    .decode_github = github_text,
    .decode_citm = citm_text,
    .encode_order = print_order,
    .load_twitter = load_twitter,
    .print_twitter = print_twitter,
};
