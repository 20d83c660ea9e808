/* work.c - see work.h */
#include "work.h"
#include "citm.fg.h"
#include "github.fg.h"
#include "order.fg.h"
#include "twitter.fg.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct work work_list[] = {
    {"order-full", "decode: orders, all fields in declared order", WORK_ORDER, NULL, false, {0}, NULL},
    {"order-partial", "decode: updates of orders, a few fields in mixed order", WORK_ORDER, NULL, true, {0}, NULL},
    {"twitter", "decode: twitter.json", WORK_TWITTER, "twitter.json", false, {0}, NULL},
    {"github", "decode: github_events.json", WORK_GITHUB, "github_events.json", false, {0}, NULL},
    {"citm", "decode: citm_catalog.json", WORK_CITM, "citm_catalog.json", false, {0}, NULL},
    {"encode-order",
     "encode: orders from the struct (others: tree built, printed and freed)",
     WORK_ENCODE_ORDER,
     NULL,
     false,
     {0},
     NULL},
    {"encode-twitter",
     "encode: twitter.json from the struct (others: from a tree that is there already)",
     WORK_PRINT_TWITTER,
     "twitter.json",
     false,
     {0},
     NULL},
};
const size_t work_list_n = sizeof(work_list) / sizeof(work_list[0]);

int work_load(struct work *work, size_t orders_n, const char *folder)
{
	int error = work->file ? texts_file(folder, work->file, &work->texts)
	                       : texts_orders(orders_n, work->partial, &work->texts);

	if (error || work->job != WORK_ENCODE_ORDER)
		return error;
	work->orders = calloc(work->texts.n, sizeof(*work->orders));
	if (!work->orders)
		return -ENOMEM;
	for (size_t i = 0; i < work->texts.n; i++) {
		const struct bench_text *text = &work->texts.items[i];

		error = order_decode(text->json, text->len, NULL, NULL, &work->orders[i], NULL, NULL);
		if (error)
			return error;
	}
	return 0;
}

void work_unload(struct work *work)
{
	texts_fini(&work->texts);
	free(work->orders);
	work->orders = NULL;
}

bool work_possible(const struct work *work, const struct bench_peer *peer)
{
	switch (work->job) {
	case WORK_ENCODE_ORDER:
		return peer->encode_order;
	case WORK_PRINT_TWITTER:
		return peer->print_twitter;
	default:
		return true;
	}
}

int work_prepare(const struct work *work, const struct bench_peer *peer, void *state)
{
	return work->job == WORK_PRINT_TWITTER ? peer->load_twitter(state, &work->texts.items[0]) : 0;
}

/* Any record of the workloads. */
union record {
	struct order order;
	struct twitter_search twitter;
	struct bench_github github;
	struct citm_catalog citm;
};

static int decode(const struct work *work, const struct bench_peer *peer, void *state, const struct bench_text *text,
                  union record *ret, struct bench_order_present *ret_present)
{
	switch (work->job) {
	case WORK_TWITTER:
	case WORK_PRINT_TWITTER:
		return peer->decode_twitter(state, text, &ret->twitter);
	case WORK_GITHUB:
		return peer->decode_github(state, text, &ret->github);
	case WORK_CITM:
		return peer->decode_citm(state, text, &ret->citm);
	default:
		return peer->decode_order(state, text, &ret->order, ret_present);
	}
}

int work_pass(const struct work *work, const struct bench_peer *peer, void *state, struct fg_buffer *out)
{
	struct bench_order_present present;
	union record record;

	if (work->job == WORK_PRINT_TWITTER) {
		out->len = 0;
		return peer->print_twitter(state, out);
	}
	for (size_t i = 0; i < work->texts.n; i++) {
		int failed;

		if (work->job == WORK_ENCODE_ORDER) {
			out->len = 0;
			failed = peer->encode_order(state, &work->orders[i], out);
		} else {
			failed = decode(work, peer, state, &work->texts.items[i], &record, &present);
			peer->release(state);
		}
		if (failed)
			return failed;
	}
	return 0;
}

/* ---- was it right?
 * ---------------------------------------------------------------------------------------------------- */

/* What is left of an id in a double; where it was printed, in the 15 digits that cJSON prints of most doubles. */
static int64_t rounded(int64_t value, bool printed)
{
	return printed ? (int64_t)((double)value / 1000 + 0.5) * 1000 : (int64_t)(double)value;
}

static void round_status(struct twitter_status *status, bool printed)
{
	status->id = rounded(status->id, printed);
	if (status->in_reply_to_status_id)
		*status->in_reply_to_status_id = rounded(*status->in_reply_to_status_id, printed);
	for (size_t i = 0; i < status->entities.media_n; i++) {
		struct twitter_media *media = &status->entities.media[i];

		media->id = rounded(media->id, printed);
		if (media->source_status_id)
			*media->source_status_id = rounded(*media->source_status_id, printed);
	}
	if (status->retweeted_status)
		round_status(status->retweeted_status, printed);
}

static void round_record(const struct work *work, union record *record)
{
	struct twitter_search *search = &record->twitter;
	bool printed = work->job == WORK_PRINT_TWITTER;

	if (work->job != WORK_TWITTER && !printed)
		return;
	for (size_t i = 0; i < search->statuses_n; i++)
		round_status(&search->statuses[i], printed);
	search->search_metadata.max_id = rounded(search->search_metadata.max_id, printed);
}

/* A record as text, the same for equal records; and with it what an order's text named. */
static int print(const struct work *work, const union record *record, const struct bench_order_present *present,
                 struct fg_buffer *out)
{
	int error = 0;

	out->len = 0;
	switch (work->job) {
	case WORK_TWITTER:
	case WORK_PRINT_TWITTER:
		return twitter_search_encode(&record->twitter, NULL, out, NULL);
	case WORK_CITM:
		return citm_catalog_encode(&record->citm, NULL, out, NULL);
	case WORK_GITHUB:
		for (size_t i = 0; i < record->github.events_n && !error; i++)
			error = github_event_encode(&record->github.events[i], NULL, out, NULL);
		return error;
	default:
		error = order_encode(&record->order, NULL, out, NULL);
		if (!error)
			error = fg_buffer_reserve(out, sizeof(*present));
		if (error)
			return error;
		memcpy(out->data + out->len, present, sizeof(*present));
		out->len += sizeof(*present);
		return 0;
	}
}

static bool same(const struct fg_buffer *a, const struct fg_buffer *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

struct verify {
	void *ours; /* state of our own peer */
	struct fg_buffer want, got, text;
};

/* The text that the peer prints for text number i stands in v->text; *ret_text is then it. Else the text itself. */
static int text_of(const struct work *work, const struct bench_peer *peer, void *state, size_t i, struct verify *v,
                   struct bench_text *ret_text)
{
	int failed = 0;

	*ret_text = work->texts.items[i];
	v->text.len = 0;
	if (work->job == WORK_ENCODE_ORDER)
		failed = peer->encode_order(state, &work->orders[i], &v->text);
	else if (work->job == WORK_PRINT_TWITTER)
		failed = peer->print_twitter(state, &v->text);
	else
		return 0;
	*ret_text = (struct bench_text){v->text.data, v->text.len};
	return failed;
}

static enum work_verdict verify_text(const struct work *work, const struct bench_peer *peer, void *state, size_t i,
                                     struct verify *v)
{
	bool encode = work->job == WORK_ENCODE_ORDER || work->job == WORK_PRINT_TWITTER;
	const struct bench_peer *reader = encode ? &bench_fieldguard : peer;
	void *reader_state = encode ? v->ours : state;
	struct bench_order_present want_present = {0}, got_present = {0};
	enum work_verdict verdict = WORK_WRONG;
	union record want, got;
	struct bench_text text;

	if (decode(work, &bench_fieldguard, v->ours, &work->texts.items[i], &want, &want_present) ||
	    text_of(work, peer, state, i, v, &text) || decode(work, reader, reader_state, &text, &got, &got_present) ||
	    print(work, &want, &want_present, &v->want) || print(work, &got, &got_present, &v->got))
		goto out;
	if (same(&v->want, &v->got)) {
		verdict = WORK_EXACT;
		goto out;
	}
	if (!peer->doubles_only)
		goto out;
	round_record(work, &want);
	round_record(work, &got);
	if (!print(work, &want, &want_present, &v->want) && !print(work, &got, &got_present, &v->got) &&
	    same(&v->want, &v->got))
		verdict = WORK_ROUNDED;
out:
	if (!encode)
		peer->release(state);
	bench_fieldguard.release(v->ours);
	return verdict;
}

enum work_verdict work_verify(const struct work *work, const struct bench_peer *peer, void *state, size_t *ret_text)
{
	struct verify v = {.ours = bench_fieldguard.open()};
	enum work_verdict worst = v.ours ? WORK_EXACT : WORK_WRONG;

	for (size_t i = 0; i < work->texts.n && worst != WORK_WRONG; i++) {
		enum work_verdict verdict = verify_text(work, peer, state, i, &v);

		if (verdict < worst) {
			worst = verdict;
			*ret_text = i;
		}
	}
	bench_fieldguard.close(v.ours);
	fg_buffer_fini(&v.want);
	fg_buffer_fini(&v.got);
	fg_buffer_fini(&v.text);
	return worst;
}
