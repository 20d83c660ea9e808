/*
 * peer_cjson.c - the structs by way of cJSON's tree
 *
 * cJSON keeps members in a list and finds one by walking it from the start; here a search begins where the last one
 * ended, which is quicker where the text has the fields in order. It keeps every number as a double: see doubles_only.
 */
#include "bench.h"
#include "fields.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

typedef const cJSON *node;
typedef struct {
	node next;
} dom_cursor;

static node dom_get(node object, const char *name, dom_cursor *cursor)
{
	node from = cursor->next ? cursor->next : object->child;

	for (node v = from; v; v = v->next) {
		if (!strcmp(v->string, name)) {
			cursor->next = v->next;
			return v;
		}
	}
	for (node v = object->child; v != from; v = v->next) {
		if (!strcmp(v->string, name)) {
			cursor->next = v->next;
			return v;
		}
	}
	return NULL;
}

static bool dom_is_null(node v)
{
	return cJSON_IsNull(v);
}

static bool dom_is_object(node v)
{
	return cJSON_IsObject(v);
}

static bool dom_is_array(node v)
{
	return cJSON_IsArray(v);
}

static size_t dom_len(node v)
{
	return (size_t)cJSON_GetArraySize(v);
}

static bool dom_string(node v, const char **ret_text, size_t *ret_len)
{
	if (!cJSON_IsString(v))
		return false;
	*ret_text = v->valuestring;
	*ret_len = strlen(v->valuestring);
	return true;
}

static bool dom_i64(node v, int64_t *ret)
{
	if (!cJSON_IsNumber(v))
		return false;
	*ret = (int64_t)v->valuedouble;
	return true;
}

static bool dom_f64(node v, double *ret)
{
	if (!cJSON_IsNumber(v))
		return false;
	*ret = v->valuedouble;
	return true;
}

static bool dom_bool(node v, bool *ret)
{
	if (!cJSON_IsBool(v))
		return false;
	*ret = cJSON_IsTrue(v);
	return true;
}

static node dom_parse(const struct bench_text *text)
{
	return cJSON_ParseWithLength(text->json, text->len);
}

static void dom_free(node tree)
{
	cJSON_Delete((cJSON *)(uintptr_t)tree);
}

#define DOM_EACH(array, item) for (node item = (array)->child; item; item = item->next)
#define DOM_EACH_MEMBER(object, key, item) \
	for (node item = (object)->child; item; item = item->next) \
		for (const char *key = item->string, *once_ = key; once_; once_ = NULL)

#include "dom.h"
#include "tree_order.h"

static node tree_object(void)
{
	return cJSON_CreateObject();
}

/* Constant names: cJSON then makes no copy of them. */
static void tree_put(node object, const char *name, node value)
{
	cJSON_AddItemToObjectCS((cJSON *)(uintptr_t)object, name, (cJSON *)(uintptr_t)value);
}

static void tree_string(node object, const char *name, const char *text)
{
	tree_put(object, name, cJSON_CreateString(text));
}

static void tree_int(node object, const char *name, int64_t value)
{
	tree_put(object, name, cJSON_CreateNumber((double)value));
}

static int print(node tree, struct fg_buffer *out)
{
	char *text = cJSON_PrintUnformatted(tree);
	int failed = dom_append(out, text, text ? strlen(text) : 0);

	free(text);
	return failed;
}

static int encode_order(void *state, const struct order *order, struct fg_buffer *out)
{
	node tree = tree_order(order);
	int failed = print(tree, out);

	(void)state;
	dom_free(tree);
	return failed;
}

static int print_twitter(void *state, struct fg_buffer *out)
{
	return print(((struct dom_state *)state)->tree, out);
}

const struct bench_peer bench_cjson = {
    .name = "cJSON",
    .doubles_only = true,
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
