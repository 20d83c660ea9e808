/* wide.main.c - 150 fields: every name is found, in order, against it and strewn about; presence in the right word */
#include "wide.fg.h"
#include "check.h"

#define FIELDS 150

static size_t write_text(char *text, unsigned step, unsigned first)
{
	size_t len = 0;

	text[len++] = '{';
	for (unsigned i = 0; i < FIELDS; i++) {
		unsigned field = (first + i * step) % FIELDS;

		len += (size_t)sprintf(text + len, "%s\"f%u\":%u", i ? "," : "", field, field + 1000);
	}
	text[len++] = '}';
	text[len] = '\0';
	return len;
}

static void check_order(unsigned step, unsigned first, const char *what)
{
	static char text[FIELDS * 16];
	size_t len = write_text(text, step, first), wrong = 0;
	struct wide_present present, all;
	struct fg_error error = {0};
	struct wide wide;
	int32_t values[FIELDS];

	memset(&all, 0, sizeof all);
	wide_present_all(&all);
	tap_eq_int(wide_decode(text, len, NULL, NULL, &wide, &present, &error), 0, "%s (%s)", what, error.path);
	memcpy(values, &wide, sizeof values);
	for (int32_t i = 0; i < FIELDS; i++)
		wrong += values[i] != i + 1000;
	tap_eq_int((int)wrong, 0, "every value in its field");
	tap_ok(memcmp(&present, &all, sizeof all) == 0, "all present");
}

int main(void)
{
	static const struct refusal refusals[] = {
	    {"{\"f0\":1,\"f149\":1}", 0, FG_ERR_REQUIRED, "$.f70", 0, 0},
	    {"{\"f0\":1,\"f70\":1}", 0, FG_ERR_REQUIRED, "$.f149", 0, 0},
	    {"{\"f0\":1,\"f70\":1,\"f149\":1,\"f150\":1}", FG_DECODE_UNKNOWN_ERROR, FG_ERR_UNKNOWN, "$", 0, 0},
	    {"{\"f0\":1,\"f70\":1,\"f149\":1,\"f70\":1}", FG_DECODE_DUPLICATE_ERROR, FG_ERR_DUPLICATE, "$.f70", 0, 0},
	};
	static const char few[] = "{\"f0\":1,\"f70\":2,\"f149\":3}";
	struct wide_present present;
	struct wide wide;

	check_order(1, 0, "in order");
	check_order(149, 149, "against the order");
	check_order(7, 13, "strewn about");
	check_refusals(&wide_fg_type, refusals, sizeof refusals / sizeof *refusals);
	tap_eq_int(wide_decode(few, strlen(few), NULL, NULL, &wide, &present, NULL), 0, "few fields");
	tap_ok(wide.field_64 == 64 && wide.field_128 == 128 && wide.field_1 == 0, "defaults in every word");
	tap_ok(wide_has(&present, WIDE_FIELD_FIELD_70) && !wide_has(&present, WIDE_FIELD_FIELD_64) &&
	           wide_has(&present, WIDE_FIELD_FIELD_149),
	       "presence in every word");
	check_round(&wide_fg_type, few, NULL);
	return tap_done();
}
