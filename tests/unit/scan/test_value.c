/* test_value.c - what addition, multiplication and the meeting of two ways leave known */
#include "made.h"
#include "scan/value.h"
#include "tap.h"

static struct value object(int64_t offset, uint32_t stride)
{
	struct value value = value_object(&made_item, offset, SCAN_CONFIDENCE_TRACKED);

	value.stride = stride;
	return value;
}

static void test_arithmetic(void)
{
	struct value any = value_any(VALUE_WHY_ARGUMENT), sum;

	sum = value_add(object(0, 0), value_number(8, 0));
	tap_ok(sum.base == VALUE_OBJECT && sum.offset == 8 && sum.stride == 0, "a member's address");
	sum = value_add(value_multiply(any, 24), object(8, 0));
	tap_ok(sum.base == VALUE_OBJECT && sum.offset == 8 && sum.stride == 24, "of an unknown item");
	sum = value_add(object(0, 0), any);
	tap_ok(sum.base == VALUE_OBJECT && sum.stride == 1, "an unknown number of bytes on");
	tap_ok(value_add(object(0, 0), object(0, 0)).base == VALUE_ANY, "two addresses have no sum");
	tap_ok(value_subtract(object(8, 0), object(0, 0)).base == VALUE_NUMBER, "their difference is a number");
	tap_ok(value_multiply(value_number(5, 2), -3).offset == -15 &&
	       value_multiply(value_number(5, 2), -3).stride == 6,
	       "a product");
	sum = value_add(any, value_number(8, 0));
	tap_ok(sum.base == VALUE_NUMBER && sum.offset == 8 && sum.stride == 1, "a constant added to what is not known");
	tap_ok(value_add(any, value_number(0, 0)).base == VALUE_ANY, "nothing added to it");
	tap_ok(value_multiply(value_number(0, 1u << 31), 4).stride == 1, "a stride too large is any");
}

static void test_join(void)
{
	struct value any = value_any(VALUE_WHY_ARGUMENT), joined;

	joined = value_join(object(0, 0), object(24, 0));
	tap_ok(joined.base == VALUE_OBJECT && joined.stride == 24 && joined.offset == 0, "a loop over items");
	joined = value_join(joined, object(36, 0));
	tap_ok(joined.stride == 12, "strides only shrink");
	tap_ok(value_join(object(0, 0), value_number(0, 0)).base == VALUE_OBJECT, "NULL or an object");
	tap_ok(value_join(value_number(-12, 0), object(0, 0)).base == VALUE_OBJECT, "an error code or an object");
	tap_ok(value_join(object(0, 0), any).base == VALUE_ANY, "unknown on one way is unknown");
	tap_ok(value_equal(&(struct value){0}, &(struct value){0}) &&
	       value_join((struct value){0}, any).base == VALUE_ANY, "a way not taken says nothing");
	joined = value_join(value_object(&made_order, 8, SCAN_CONFIDENCE_DECLARED), object(0, 0));
	tap_ok(joined.type == &made_item && joined.offset == 0 && joined.confidence == SCAN_CONFIDENCE_TRACKED,
	       "a part of an object, or such a part alone");
	joined = value_join(value_object(&made_void, 0, SCAN_CONFIDENCE_DECLARED), object(0, 0));
	tap_ok(joined.type == &made_item && joined.confidence == SCAN_CONFIDENCE_GUESS, "void * or more is a guess");
	tap_ok(value_join(value_object(&made_i64, 0, SCAN_CONFIDENCE_TRACKED), object(8, 0)).base == VALUE_ANY,
	       "two types that have nothing in common");
}

int main(void)
{
	test_arithmetic();
	test_join();
	return tap_done();
}
