/* peer_jsonc.c - the structs by way of json-c's tree */
#include "bench.h"
#include "fields.h"
#include <json-c/json.h>
#include <stdlib.h>

typedef struct json_object *node;
typedef char dom_cursor;

/* json-c has no node for null: a member that is null is found and is NULL. This stands for it. */
static char null_object;
#define JSONC_NULL ((node)(void *)&null_object)

static node dom_get(node object, const char *name, dom_cursor *cursor)
{
	node value;

	(void)cursor;
	if (!json_object_object_get_ex(object, name, &value))
		return NULL;
	return value ? value : JSONC_NULL;
}

static bool dom_is_null(node v)
{
	return v == JSONC_NULL;
}

static bool dom_is_object(node v)
{
	return v != JSONC_NULL && json_object_is_type(v, json_type_object);
}

static bool dom_is_array(node v)
{
	return v != JSONC_NULL && json_object_is_type(v, json_type_array);
}

static size_t dom_len(node v)
{
	return json_object_is_type(v, json_type_array) ? json_object_array_length(v)
	                                               : (size_t)json_object_object_length(v);
}

static bool dom_string(node v, const char **ret_text, size_t *ret_len)
{
	if (v == JSONC_NULL || !json_object_is_type(v, json_type_string))
		return false;
	*ret_text = json_object_get_string(v);
	*ret_len = (size_t)json_object_get_string_len(v);
	return true;
}

static bool dom_i64(node v, int64_t *ret)
{
	if (v == JSONC_NULL || !json_object_is_type(v, json_type_int))
		return false;
	*ret = json_object_get_int64(v);
	return true;
}

static bool dom_f64(node v, double *ret)
{
	if (v == JSONC_NULL || !(json_object_is_type(v, json_type_double) || json_object_is_type(v, json_type_int)))
		return false;
	*ret = json_object_get_double(v);
	return true;
}

static bool dom_bool(node v, bool *ret)
{
	if (v == JSONC_NULL || !json_object_is_type(v, json_type_boolean))
		return false;
	*ret = json_object_get_boolean(v);
	return true;
}

static struct json_tokener *tokener;

static node dom_parse(const struct bench_text *text)
{
	node tree;

	if (!tokener)
		tokener = json_tokener_new();
	json_tokener_reset(tokener);
	tree = json_tokener_parse_ex(tokener, text->json, (int)text->len);
	return json_tokener_get_error(tokener) == json_tokener_success ? tree : NULL;
}

static void dom_free(node tree)
{
	json_object_put(tree);
}

#define DOM_EACH(array, item) \
	for (size_t at_ = 0, end_ = json_object_array_length(array); at_ < end_; at_++) \
		for (node item = json_object_array_get_idx(array, at_), once_ = JSONC_NULL; once_; once_ = NULL)
#define DOM_EACH_MEMBER(object, key, item) \
	for (struct lh_entry *at_ = lh_table_head(json_object_get_object(object)); at_; at_ = at_->next) \
		for (const char *key = lh_entry_k(at_), *once_ = key; once_; once_ = NULL) \
			for (node item = lh_entry_v(at_), twice_ = JSONC_NULL; twice_; twice_ = NULL)

#include "dom.h"
#include "tree_order.h"

static node tree_object(void)
{
	return json_object_new_object();
}

static void tree_string(node object, const char *name, const char *text)
{
	json_object_object_add_ex(object, name, json_object_new_string(text),
	                          JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT);
}

static void tree_int(node object, const char *name, int64_t value)
{
	json_object_object_add_ex(object, name, json_object_new_int64(value),
	                          JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT);
}

static void tree_put(node object, const char *name, node value)
{
	json_object_object_add_ex(object, name, value, JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT);
}

static int print(node tree, struct fg_buffer *out)
{
	size_t len;
	const char *text = json_object_to_json_string_length(tree, JSON_C_TO_STRING_PLAIN, &len);

	return dom_append(out, text, len);
}

static int encode_order(void *state, const struct order *order, struct fg_buffer *out)
{
	node tree = tree_order(order);
	int failed = print(tree, out);

	(void)state;
	json_object_put(tree);
	return failed;
}

static int print_twitter(void *state, struct fg_buffer *out)
{
	return print(((struct dom_state *)state)->tree, out);
}

static void close_tokener(void *state)
{
	dom_close(state);
	if (tokener)
		json_tokener_free(tokener);
	tokener = NULL;
}

const struct bench_peer bench_jsonc = {
    .name = "json-c",
    .open = dom_open,
    .close = close_tokener,
    .release = dom_release,
    .decode_order = dom_order,
    .decode_twitter = dom_twitter,
    .decode_github = dom_github,
    .decode_citm = dom_citm,
    .encode_order = encode_order,
    .load_twitter = dom_load,
    .print_twitter = print_twitter,
};
