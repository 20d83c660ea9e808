/* service.c - a user's program: generated code, a store, and nothing but what was installed */
#include "order.fg.h"
#include <fieldguard/ingest.h>
#include <stdio.h>
#include <string.h>

/* Two messages of one key, each naming other fields: the record must hold both. */
static const char messages[] = "{\"id\":\"A-1\",\"amount\":1250,\"currency\":\"eur\"}\n"
                               "{\"id\":\"A-1\",\"status\":\"paid\",\"customer\":{\"name\":\"Ada\"}}\n";
static const char wanted[] = "{\"id\":\"A-1\",\"status\":\"paid\",\"amount\":1250,\"currency\":\"EUR\","
                             "\"customer\":{\"name\":\"Ada\"}}";

static int run(struct fg_store *store)
{
	struct fg_ingest_stats stats;
	struct fg_buffer text = {0};
	struct order_present present;
	struct fg_error error;
	struct order order;
	int same;

	if (fg_ingest_memory(store, messages, sizeof messages - 1, NULL, &stats) < 0 || stats.merged != 2)
		return 1;
	if (order_store_read(store, "A-1", &order, &present) < 0)
		return 2;
	if (order_encode(&order, &present, &text, &error) < 0)
		return 3;
	same = text.len == sizeof wanted - 1 && memcmp(text.data, wanted, text.len) == 0;
	printf("%.*s\n", (int)text.len, text.data);
	fg_buffer_fini(&text);
	return same ? 0 : 4;
}

int main(void)
{
	struct fg_store *store;
	int status;

	if (order_store_new(NULL, &store) < 0)
		return 5;
	status = run(store);
	fg_store_free(store);
	return status;
}
