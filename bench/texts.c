/* texts.c - orders out of a fixed random sequence, and files */
#include "texts.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORDER_TEXT_MAX = 1024 };

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static unsigned below(uint64_t *seed, unsigned n)
{
	return (unsigned)(next(seed) % n);
}

#define PICK(seed, list) (list)[below(seed, (unsigned)(sizeof(list) / sizeof((list)[0])))]

static const char *const first_names[] = {"Ada", "Bj\xc3\xb6rn", "Chen", "Dolores", "Emeka", "Fatima", "Grace", "Hiro"};
static const char *const last_names[] = {"Lovelace", "Ngata", "Okafor",          "Peeters",
                                         "Quispe",   "Rossi", "S\xc3\xb8rensen", "Tanaka"};
static const char *const streets[] = {"Long Lane",
                                      "Rue de la Paix",
                                      "Hauptstra\xc3\x9f"
                                      "e",
                                      "High Street",
                                      "Via Roma",
                                      "Calle Mayor"};
static const char *const cities[] = {"Antwerp",
                                     "K\xc3\xb8"
                                     "benhavn",
                                     "Lima",
                                     "Nairobi",
                                     "Osaka",
                                     "S\xc3\xa3o Paulo",
                                     "Wellington"};
static const char *const notes[] = {"",
                                    "leave at the door",
                                    "ring twice",
                                    "a gift: no bill in the box",
                                    "second floor,\\nleft \\\"Caf\\u00e9\\\"",
                                    "fragile \\u2014 glass",
                                    "call before 9"};
static const char *const currencies[] = {"EUR", "USD", "JPY", "GBP", "NZD"};
static const char *const statuses[] = {"created", "paid", "shipped", "cancelled"};

enum {
	FIELD_STATUS,
	FIELD_VIEWS,
	FIELD_AMOUNT,
	FIELD_CURRENCY,
	FIELD_STREET,
	FIELD_CITY,
	FIELD_UPDATED,
	FIELD_NOTE,
	FIELD_CUSTOMER,
	FIELDS
};

static int field(uint64_t *seed, int which, char *out, size_t size)
{
	const char *first, *last;

	switch (which) {
	case FIELD_STATUS:
		return snprintf(out, size, ",\"status\":\"%s\"", PICK(seed, statuses));
	case FIELD_VIEWS:
		return snprintf(out, size, ",\"views\":%u", below(seed, 100000));
	case FIELD_AMOUNT:
		return snprintf(out, size, ",\"amount\":%u", below(seed, 100000000));
	case FIELD_CURRENCY:
		return snprintf(out, size, ",\"currency\":\"%s\"", PICK(seed, currencies));
	case FIELD_STREET:
		return snprintf(out, size, ",\"street\":\"%u %s\"", 1 + below(seed, 300), PICK(seed, streets));
	case FIELD_CITY:
		return snprintf(out, size, ",\"city\":\"%s\"", PICK(seed, cities));
	case FIELD_UPDATED:
		return snprintf(out, size, ",\"updated\":\"2026-%02u-%02uT%02u:%02u:%02uZ\"", 1 + below(seed, 12),
		                1 + below(seed, 28), below(seed, 24), below(seed, 60), below(seed, 60));
	case FIELD_NOTE:
		return snprintf(out, size, ",\"note\":\"%s\"", PICK(seed, notes));
	default:
		first = PICK(seed, first_names);
		last = PICK(seed, last_names);
		return snprintf(out, size,
		                ",\"customer\":{\"name\":\"%s %s\",\"email\":\"user%u@example.org\",\"tier\":%u}",
		                first, last, below(seed, 100000), below(seed, 5));
	}
}

static size_t order(uint64_t *seed, size_t index, bool partial, char *out)
{
	int fields[FIELDS], n = FIELDS;
	size_t len = (size_t)snprintf(out, ORDER_TEXT_MAX, "{\"id\":\"A-%07zu\"", index);

	for (int i = 0; i < FIELDS; i++)
		fields[i] = i;
	if (partial) {
		n = 1 + (int)below(seed, 4);
		for (int i = 0; i < n; i++) {
			int j = i + (int)below(seed, (unsigned)(FIELDS - i)), swapped = fields[i];

			fields[i] = fields[j];
			fields[j] = swapped;
		}
	}
	for (int i = 0; i < n; i++)
		len += (size_t)field(seed, fields[i], out + len, ORDER_TEXT_MAX - len);
	out[len++] = '}';
	return len;
}

int texts_orders(size_t n, bool partial, struct bench_texts *ret)
{
	struct bench_texts texts = {.n = n};
	uint64_t seed = partial ? 2 : 1;
	char *at;

	texts.items = calloc(n, sizeof(*texts.items));
	texts.memory = calloc(n, ORDER_TEXT_MAX / 2);
	if (!texts.items || !texts.memory) {
		texts_fini(&texts);
		return -ENOMEM;
	}
	at = texts.memory;
	for (size_t i = 0; i < n; i++) {
		char text[ORDER_TEXT_MAX];
		size_t len = order(&seed, i, partial, text);

		memcpy(at, text, len);
		texts.items[i] = (struct bench_text){at, len};
		texts.bytes += len;
		at += (len + BENCH_PADDING + 63) & ~(size_t)63;
	}
	*ret = texts;
	return 0;
}

int texts_file(const char *folder, const char *name, struct bench_texts *ret)
{
	struct bench_texts texts = {.n = 1};
	char path[4096];
	FILE *file;
	long size;
	int error = 0;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file)
		return -errno;
	if (fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET)) {
		error = -errno;
		fclose(file);
		return error;
	}
	texts.bytes = (size_t)size;
	texts.items = calloc(1, sizeof(*texts.items));
	texts.memory = calloc(1, texts.bytes + BENCH_PADDING);
	if (!texts.items || !texts.memory)
		error = -ENOMEM;
	else if (fread(texts.memory, 1, texts.bytes, file) != texts.bytes)
		error = -EIO;
	fclose(file);
	if (error) {
		texts_fini(&texts);
		return error;
	}
	texts.items[0] = (struct bench_text){texts.memory, texts.bytes};
	*ret = texts;
	return 0;
}

void texts_fini(struct bench_texts *texts)
{
	free(texts->items);
	free(texts->memory);
	*texts = (struct bench_texts){0};
}
