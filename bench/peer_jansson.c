/* peer_jansson.c - the structs by way of jansson's tree */
#include "bench.h"
#include "fields.h"
#include <jansson.h>
#include <stdlib.h>

typedef json_t *node;
typedef char dom_cursor;

static node dom_get(node object, const char *name, dom_cursor *cursor)
{
	(void)cursor;
	return json_object_get(object, name);
}

static bool dom_is_null(node v)
{
	return json_is_null(v);
}

static bool dom_is_object(node v)
{
	return json_is_object(v);
}

static bool dom_is_array(node v)
{
	return json_is_array(v);
}

static size_t dom_len(node v)
{
	return json_is_array(v) ? json_array_size(v) : json_object_size(v);
}

static bool dom_string(node v, const char **ret_text, size_t *ret_len)
{
	if (!json_is_string(v))
		return false;
	*ret_text = json_string_value(v);
	*ret_len = json_string_length(v);
	return true;
}

static bool dom_i64(node v, int64_t *ret)
{
	if (!json_is_integer(v))
		return false;
	*ret = json_integer_value(v);
	return true;
}

static bool dom_f64(node v, double *ret)
{
	if (!json_is_number(v))
		return false;
	*ret = json_number_value(v);
	return true;
}

static bool dom_bool(node v, bool *ret)
{
	if (!json_is_boolean(v))
		return false;
	*ret = json_is_true(v);
	return true;
}

static node dom_parse(const struct bench_text *text)
{
	return json_loadb(text->json, text->len, 0, NULL);
}

static void dom_free(node tree)
{
	json_decref(tree);
}

#define DOM_EACH(array, item) \
	for (size_t at_ = 0, end_ = json_array_size(array); at_ < end_; at_++) \
		for (node item = json_array_get(array, at_), once_ = item; once_; once_ = NULL)
#define DOM_EACH_MEMBER(object, key, item) \
	for (void *at_ = json_object_iter(object); at_; at_ = json_object_iter_next(object, at_)) \
		for (const char *key = json_object_iter_key(at_), *once_ = key; once_; once_ = NULL) \
			for (node item = json_object_iter_value(at_), twice_ = item; twice_; twice_ = NULL)

#include "dom.h"
#include "tree_order.h"

static node tree_object(void)
{
	return json_object();
}

static void tree_string(node object, const char *name, const char *text)
{
	json_object_set_new_nocheck(object, name, json_string_nocheck(text));
}

static void tree_int(node object, const char *name, int64_t value)
{
	json_object_set_new_nocheck(object, name, json_integer(value));
}

static void tree_put(node object, const char *name, node value)
{
	json_object_set_new_nocheck(object, name, value);
}

static int print(node tree, struct fg_buffer *out)
{
	char *text = json_dumps(tree, JSON_COMPACT);
	int failed = dom_append(out, text, text ? strlen(text) : 0);

	free(text);
	return failed;
}

static int encode_order(void *state, const struct order *order, struct fg_buffer *out)
{
	node tree = tree_order(order);
	int failed = print(tree, out);

	(void)state;
	json_decref(tree);
	return failed;
}

static int print_twitter(void *state, struct fg_buffer *out)
{
	return print(((struct dom_state *)state)->tree, out);
}

const struct bench_peer bench_jansson = {
    .name = "jansson",
    .open = dom_open,
    .close = dom_close,
    .release = dom_release,
    .decode_order = dom_order,
    .decode_twitter = dom_twitter,
    .decode_github = dom_github,
    .decode_citm = dom_citm,
    .encode_order = encode_order,
    .load_twitter = dom_load,
    .print_twitter = print_twitter,
};
