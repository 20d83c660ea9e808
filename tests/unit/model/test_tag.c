/* test_tag.c - what tags mean; what is refused, and in which words, is tests/wrong's */
#include "model/model.h"
#include "tap.h"

#include <stdlib.h>

static struct model *model;
static char *said;

/* Parses a tag; said is what was told. */
static bool parse(const char *text, bool on_struct, struct model_tag *tag)
{
	struct model_place place = {"t.h", 1, 2};
	struct model_diag diag = {0};
	size_t len = 0;
	bool good;

	free(said);
	said = NULL;
	diag.out = open_memstream(&said, &len);
	good = model_tag_parse(model, text, on_struct ? "struct t" : "f", on_struct, &place, &diag, tag);
	fclose(diag.out);
	tap_eq_int(good, diag.errors == 0, "%s: refused exactly when an error is told", text);
	return good;
}

static void test_json(void)
{
	struct model_tag tag;

	tap_ok(parse("json:\"id,required\" key", false, &tag), "name, option, word");
	tap_eq_str(tag.json_name, "id", "the name");
	tap_ok(tag.present && tag.required && tag.key && !tag.policy_given && !tag.omitempty, "what was given, and no more");
	tap_eq_int(tag.place.column, 2, "the place is kept");
	parse("json:\",omitempty,null,string\"", false, &tag);
	tap_ok(!tag.json_name && tag.omitempty && tag.null_absent && tag.quoted, "an empty name is the C name");
	parse("json:\"-\"", false, &tag);
	tap_ok(tag.skip && !tag.json_name, "a dash leaves the field out");
	parse("json:\" a b \"", false, &tag);
	tap_eq_str(tag.json_name, " a b ", "blanks belong to a name");
	parse("json:\"a, required , number\"", false, &tag);
	tap_ok(tag.required && tag.enum_number, "blanks around options don't matter");
	parse("  json:\"a\"   key  ", false, &tag);
	tap_ok(tag.key, "nor blanks around words");
	parse("json:\"\xc3\xa4\xe2\x82\xac\"", false, &tag);
	tap_eq_str(tag.json_name, "\xc3\xa4\xe2\x82\xac", "a name in UTF-8");
	parse("json:\"a,count=n,map,raw,time\"", false, &tag);
	tap_eq_str(tag.count, "n", "count");
	tap_ok(tag.map && tag.raw && tag.time && !tag.duration, "options are the parser's, types the check's");
	parse("key", false, &tag);
	tap_ok(tag.key && !tag.json_name, "json may be missing");
}

static void test_policies(void)
{
	struct model_tag tag;

	parse("json:\"a,mutex=money\"", false, &tag);
	tap_ok(tag.policy_given && tag.policy == MODEL_POLICY_MUTEX, "mutex");
	tap_eq_str(tag.group, "money", "its group");
	parse("json:\"a,rwmutex\"", false, &tag);
	tap_ok(tag.policy == MODEL_POLICY_RWMUTEX && !tag.group, "rwmutex without a group");
	parse("json:\"a,atomic\" hot states:\"a>b, b > c\"", false, &tag);
	tap_ok(tag.policy == MODEL_POLICY_ATOMIC && tag.hot, "atomic, hot");
	tap_eq_int(tag.states_n, 2, "two changes of state");
	tap_eq_str(tag.states[1].from, "b", "from, without blanks");
	tap_eq_str(tag.states[1].to, "c", "to");
	parse("json:\"a,atomic\" states:\"a> b >c>a, c>d\"", false, &tag);
	tap_eq_int(tag.states_n, 4, "a chain is a change for each pair of neighbours");
	tap_eq_str(tag.states[2].from, "c", "from");
	tap_eq_str(tag.states[2].to, "a", "to, which may stand there already");
	tap_eq_str(tag.states[3].to, "d", "and the list goes on");
	parse("json:\"a\"", false, &tag);
	tap_ok(!tag.policy_given && tag.policy == MODEL_POLICY_SNAPSHOT, "snapshot is the default");
	parse("json:\"a,snapshot\"", false, &tag);
	tap_ok(tag.policy_given && tag.policy == MODEL_POLICY_SNAPSHOT, "and can be asked for");
}

static void test_words(void)
{
	struct model_tag tag;

	parse("json:\"a\" alias:\"b,c d\" default:\"x,\\\"y\\\"\\\\\\n\" mold:\"trim, upper\" mapkey", false, &tag);
	tap_eq_int(tag.aliases_n, 2, "two aliases");
	tap_eq_str(tag.aliases[1], "c d", "with their blanks");
	tap_eq_str(tag.default_text, "x,\"y\"\\\n", "default with every escape");
	tap_ok(tag.molds_n == 2 && tag.molds[0] == MODEL_MOLD_TRIM && tag.molds[1] == MODEL_MOLD_UPPER, "molds in order");
	tap_ok(tag.mapkey && !tag.mapvalue, "mapkey");
	parse("default:\"\"", false, &tag);
	tap_eq_str(tag.default_text, "", "an empty default is one");
	parse("tuple unknown:\"error\" shared", true, &tag);
	tap_ok(tag.tuple && tag.unknown_error && tag.shared && !tag.local, "words on a struct");
}

static void test_limits(void)
{
	char *text = malloc(70000);
	struct model_tag tag;

	memset(text, ' ', 70000);
	memcpy(text, "key", 3);
	text[65536] = '\0';
	tap_ok(parse(text, false, &tag) && tag.key, "64 KiB");
	text[65536] = ' ';
	text[65537] = '\0';
	tap_ok(!parse(text, false, &tag), "one byte more");
	tap_eq_str(said, "t.h:1:2: error: 'f': the tag is longer than 65536 bytes\n", "its message");
	free(text);
	tap_ok(!parse("json:\"a\x01\"", false, &tag), "a control character");
	tap_eq_str(said, "t.h:1:2: error: 'f': byte 0x01 at column 8 of the tag is a control character or no UTF-8\n",
	           "its message");
	tap_ok(!parse("json:\"a", false, &tag), "a quote that is not closed");
	tap_eq_str(said, "t.h:1:2: error: 'f': the quote at column 6 of the tag is not closed\n", "its message");
	tap_ok(!parse("json:\"a\\", false, &tag), "an escape at the end");
	tap_ok(!parse("json:\"-\" json:\"a\"", false, &tag), "json twice");
	tap_ok(!parse("", false, &tag), "nothing");
}

int main(void)
{
	model = model_new();
	test_json();
	test_policies();
	test_words();
	test_limits();
	model_free(model);
	free(said);
	return tap_done();
}
