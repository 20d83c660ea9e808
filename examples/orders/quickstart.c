/*
 * quickstart.c - five minutes with fieldguard: JSON into a record, records into a shared record, a snapshot back out
 *
 * order.h says what an order is and how its fields may be shared; `fieldguard gen order.h` wrote order.fg.h from it.
 * Two threads fill one order here, each with what it knows. Nothing is locked by hand, and nothing is lost.
 */
#include "order.fg.h"

#include <pthread.h>
#include <stdio.h>

/* All-zero is a valid, empty shared record. */
static struct order_shared shared;

static const char *const payments[] = {
	"{\"id\": \"o-1\", \"status\": \"created\"}",
	"{\"id\": \"o-1\", \"amount\": 1250, \"currency\": \"eur\"}",
	"{\"id\": \"o-1\", \"status\": \"paid\"}",
	NULL,
};
static const char *const profile[] = {
	"{\"id\": \"o-1\", \"customer\": {\"name\": \"Zo\\u00eb\", \"email\": \" Zoe@Example.ORG \"}}",
	"{\"id\": \"o-1\", \"street\": \"High Street 7\", \"city\": \"Oslo\"}",
	"{\"id\": \"o-1\", \"amount\": \"a lot\"}",
	NULL,
};

/* One service: decodes each message into a record of its own, then merges the fields that the message named. */
static void *service(void *messages)
{
	for (const char *const *text = messages; *text; text++) {
		struct order order;
		struct order_present present;
		struct fg_error error;
		char told[200];

		if (order_decode(*text, strlen(*text), NULL, NULL, &order, &present, &error) == 0) {
			order_merge(&shared, &order, &present);
		} else {
			fg_error_format(&error, told, sizeof told);
			printf("refused: %s\n", told);
		}
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[2];
	struct order order;
	struct order_present present;
	struct fg_buffer json = {0};

	order_shared_init(&shared);
	pthread_create(&threads[0], NULL, service, (void *)payments);
	pthread_create(&threads[1], NULL, service, (void *)profile);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);

	/* A snapshot may be read at any time, from any thread: all fields of a group are of one moment. */
	order_read(&shared, &order, &present);
	if (order_encode(&order, &present, &json, NULL) == 0)
		printf("%.*s\n", (int)json.len, json.data);
	fg_buffer_fini(&json);
	return 0;
}
