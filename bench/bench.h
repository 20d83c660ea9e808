/*
 * bench.h - what a library brings to the benchmark, and what the benchmark brings to it
 *
 * A peer turns JSON text into the same C structs as we do, or says that it can't. Its functions are called by one
 * thread.
 */
#ifndef BENCH_H
#define BENCH_H

#ifdef __cplusplus
extern "C" {
#endif

#include <fieldguard/base.h>
#include "citm.h"
#include "github.h"
#include "order.h"
#include "twitter.h"

/* Each text stands in memory with at least this many readable bytes behind it, which simdjson needs. */
enum { BENCH_PADDING = 64 };

struct bench_text {
	const char *json;
	size_t len;
};

/* Which fields of an order the text held: bit i is the i-th field in declared order. */
struct bench_order_present {
	uint64_t order, customer;
};

struct bench_github {
	struct github_event *events;
	size_t events_n;
};

/*
 * decode_*: 0, or other than 0 when the library refused. They fill the whole record, absent fields with zero; it may
 * point into the text and what the peer holds until release. encode_order: from the struct to text (tree built, printed
 * and freed where there is a tree). load_twitter: text to whatever print_twitter prints from; print_twitter is called
 * many times. NULL: can't.
 */
struct bench_peer {
	const char *name;
	bool doubles_only; /* integers pass through double: those beyond 2^53 come out rounded */
	void *(*open)(void);
	void (*close)(void *state);
	void (*release)(void *state);
	int (*decode_order)(void *state, const struct bench_text *text, struct order *ret,
	                    struct bench_order_present *ret_present);
	int (*decode_twitter)(void *state, const struct bench_text *text, struct twitter_search *ret);
	int (*decode_github)(void *state, const struct bench_text *text, struct bench_github *ret);
	int (*decode_citm)(void *state, const struct bench_text *text, struct citm_catalog *ret);
	int (*encode_order)(void *state, const struct order *order, struct fg_buffer *out);
	int (*load_twitter)(void *state, const struct bench_text *text);
	int (*print_twitter)(void *state, struct fg_buffer *out);
};

extern const struct bench_peer bench_fieldguard;
extern const struct bench_peer bench_jansson;
extern const struct bench_peer bench_jsonc;
extern const struct bench_peer bench_cjson;
extern const struct bench_peer bench_simdjson;        /* walks each object once */
extern const struct bench_peer bench_simdjson_lookup; /* asks for each field by name */
extern const struct bench_peer bench_simdjson_copy;   /* as the first, from text without padding: copies it */

#ifdef __cplusplus
}
#endif

#endif
