/* test_skip.c - fg_json_validate and fg_dec_skip: public suites of JSON texts, limits, texts cut and changed at every
 * byte */
#include "dec.h"

#include <dirent.h>

static struct fg_error error;

static enum fg_code validated(const char *json, size_t len, const struct fg_decode_options *options)
{
	char *copy = dec_exact(json, len);
	int status = fg_json_validate(copy, len, options, &error);

	free(copy);
	return status == 0 ? FG_OK : error.code;
}

static void test_table(void)
{
	static const struct {
		const char *json;
		enum fg_code code;
		size_t offset;
	} cases[] = {
	    {"0", FG_OK, 0},
	    {"-0", FG_OK, 0},
	    {"1.5e-10", FG_OK, 0},
	    {"\"\"", FG_OK, 0},
	    {"true", FG_OK, 0},
	    {"null", FG_OK, 0},
	    {" \t\r\n[ ] \n", FG_OK, 0},
	    {"{}", FG_OK, 0},
	    {"[[[],{}],{\"a\":[1 , 2]}]", FG_OK, 0},
	    {"\"a\\ud83d\\ude00\"", FG_OK, 0},
	    {"{\"a\":1,\"a\":2}", FG_OK, 0},
	    {"1e999", FG_OK, 0},
	    {"", FG_ERR_TRUNCATED, 0},
	    {"   ", FG_ERR_TRUNCATED, 0},
	    {"[", FG_ERR_TRUNCATED, 1},
	    {"[1", FG_ERR_TRUNCATED, 2},
	    {"[1,", FG_ERR_TRUNCATED, 3},
	    {"[1, ", FG_ERR_TRUNCATED, 3},
	    {"{\"a", FG_ERR_TRUNCATED, 3},
	    {"{\"a\"", FG_ERR_TRUNCATED, 4},
	    {"{\"a\":", FG_ERR_TRUNCATED, 5},
	    {"{\"a\":1", FG_ERR_TRUNCATED, 6},
	    {"{\"a\":1,", FG_ERR_TRUNCATED, 7},
	    {"[[]", FG_ERR_TRUNCATED, 3},
	    {"tru", FG_ERR_TRUNCATED, 3},
	    {"-", FG_ERR_TRUNCATED, 1},
	    {"1.", FG_ERR_TRUNCATED, 2},
	    {"1e", FG_ERR_TRUNCATED, 2},
	    {"\"\\", FG_ERR_TRUNCATED, 2},
	    {"\"\\u12", FG_ERR_TRUNCATED, 5},
	    {"\"\\ud83d", FG_ERR_TRUNCATED, 7},
	    {"\"\\ud83d\\", FG_ERR_TRUNCATED, 8},
	    {"\"\xe6\x97", FG_ERR_TRUNCATED, 3},
	    {"[1]]", FG_ERR_TRAILING, 3},
	    {"1 2", FG_ERR_TRAILING, 2},
	    {"{} x", FG_ERR_TRAILING, 3},
	    {"truee", FG_ERR_TRAILING, 4},
	    {"[1,]", FG_ERR_SYNTAX, 3},
	    {"[,1]", FG_ERR_SYNTAX, 1},
	    {"{\"a\":1,}", FG_ERR_SYNTAX, 7},
	    {"{a:1}", FG_ERR_SYNTAX, 1},
	    {"{\"a\" 1}", FG_ERR_SYNTAX, 5},
	    {"{\"a\":}", FG_ERR_SYNTAX, 5},
	    {"{1:2}", FG_ERR_SYNTAX, 1},
	    {"[1}", FG_ERR_SYNTAX, 2},
	    {"{\"a\":1]", FG_ERR_SYNTAX, 6},
	    {"[1 2]", FG_ERR_SYNTAX, 3},
	    {"NaN", FG_ERR_SYNTAX, 0},
	    {"Infinity", FG_ERR_SYNTAX, 0},
	    {"-Infinity", FG_ERR_NUMBER, 1},
	    {"\xef\xbb\xbf{}", FG_ERR_SYNTAX, 0},
	    {"\x00", FG_ERR_TRUNCATED, 0},
	    {"[\x0c]", FG_ERR_SYNTAX, 1},
	    {"'a'", FG_ERR_SYNTAX, 0},
	    {"/* */ 1", FG_ERR_SYNTAX, 0},
	    {"01", FG_ERR_NUMBER, 0},
	    {"[-]", FG_ERR_NUMBER, 2},
	    {"[1.]", FG_ERR_NUMBER, 3},
	    {"[1e+]", FG_ERR_NUMBER, 4},
	    {"+1", FG_ERR_SYNTAX, 0},
	    {"[\"\\ud800\"]", FG_ERR_ESCAPE, 2},
	    {"[\"\xff\"]", FG_ERR_UTF8, 2},
	    {"[\x80]", FG_ERR_SYNTAX, 1},
	    {"\x01", FG_ERR_SYNTAX, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum fg_code code = validated(cases[i].json, strlen(cases[i].json), NULL);

		tap_eq_str(fg_code_name(code), fg_code_name(cases[i].code), "%s", cases[i].json);
		if (cases[i].code)
			tap_eq_int(error.offset, cases[i].offset, "its place");
	}
	tap_eq_int(validated("[\0]", 3, NULL), FG_ERR_SYNTAX, "a NUL byte");
	tap_eq_int(validated("\0", 1, NULL), FG_ERR_SYNTAX, "nothing but a NUL byte");
	tap_eq_int(fg_json_validate(NULL, 0, NULL, NULL), -EINVAL, "no text at all");
}

static void test_limits(void)
{
	static char json[20002];
	struct fg_decode_options options = {.max_depth = 3};

	tap_eq_int(validated("[[{}]]", 6, &options), FG_OK, "three levels of three");
	tap_eq_int(validated("[[{\"a\":[]}]]", 12, &options), FG_ERR_DEPTH, "four of three");
	tap_eq_int(error.offset, 7, "its place");
	memset(json, '[', 10000);
	memset(json + 10000, ']', 10000);
	tap_eq_int(validated(json, 20000, NULL), FG_ERR_DEPTH, "10,000 levels");
	tap_eq_int(error.offset, 512, "refused at the first beyond the limit");
	options.max_depth = UINT32_MAX;
	tap_eq_int(validated(json, 20000, &options), FG_ERR_DEPTH, "whatever limit is asked for");
	tap_eq_int(error.offset, 4096, "4,096 is the highest");
	tap_eq_int(validated(json + 10000 - 4096, 8192, &options), FG_OK, "4,096 levels");
	tap_eq_int(validated(json, 10000, NULL), FG_ERR_DEPTH, "10,000 brackets that nothing closes");
	options = (struct fg_decode_options){.max_input = 5, .max_string = 3};
	tap_eq_int(validated("[123]", 5, &options), FG_OK, "five bytes of five");
	tap_eq_int(validated("[123] ", 6, &options), FG_ERR_LIMIT, "six of five");
	options.max_input = 0;
	tap_eq_int(validated("{\"abc\":1}", 9, &options), FG_OK, "a name of three bytes of three");
	tap_eq_int(validated("{\"abcd\":1}", 10, &options), FG_ERR_LIMIT, "a name of four");
}

static const char document[] =
    " {\"id\" : \"o-1\",\"list\":[1, -2.5e+3,true ,false,null,\"\\u65e5\\ud83c\\udf89\\n\"],\r\n"
    "\t\"nested\":{\"empty\":{},\"none\":[],\"text\":\"plain text that is longer than sixteen bytes\"},\n"
    "    \"\xe6\x97\xa5\xe6\x9c\xac\":\"\xf0\x9f\x8e\x89\xc3\xa4\",\"n\":12345678901234567890} ";

/* No prefix is valid, and all are called cut off. */
static void test_cut(void)
{
	size_t len = sizeof document - 1;
	int wrong = 0;

	tap_eq_int(validated(document, len, NULL), FG_OK, "the document");
	for (size_t n = 0; n < len - 1; n++) {
		enum fg_code code = validated(document, n, NULL);

		if (code != FG_ERR_TRUNCATED) {
			tap_ok(false, "cut at %zu: %s", n, fg_code_name(code));
			wrong++;
		}
	}
	tap_eq_int(wrong, 0, "cut at every byte");
}

/* Any byte in place of any: an answer, and a place within the text. What is called valid is so to the map of its
 * brackets. */
static void test_changed(void)
{
	char changed[sizeof document];
	int wrong = 0;

	for (size_t at = 0; at < sizeof document - 1; at++) {
		memcpy(changed, document, sizeof document);
		for (int byte = 0; byte < 256; byte++) {
			enum fg_code code;

			changed[at] = (char)byte;
			code = validated(changed, sizeof document - 1, NULL);
			wrong +=
			    code != FG_OK && (error.offset > sizeof document - 1 || error.line < 1 || error.column < 1);
			wrong += code == FG_OK && byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
			wrong += code == FG_OK && strchr("{}[]", document[at]) != NULL && byte != document[at];
		}
	}
	tap_eq_int(wrong, 0, "every byte changed to every other");
}

/* ---- public suites ---- */

static char *slurp(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "rb");
	size_t size = 1 << 20, len;
	char *text = malloc(size);

	if (!file || !text)
		exit(1);
	len = fread(text, 1, size, file);
	fclose(file);
	*ret_len = len;
	return text;
}

/* What we say where RFC 8259 leaves a choice: everything of the i_ files that begins so is accepted. */
static bool choice(const char *name)
{
	return strncmp(name, "i_number_", 9) == 0 || strcmp(name, "i_structure_500_nested_arrays.json") == 0;
}

/* Of simdjson's: pass and fail. These are JSON, but not what their suite wants of a document or what a double holds. */
static bool expected_of_checker(const char *name)
{
	static const char *const valid[] = {
	    "fail01_EXCLUDE.json",  "fail18_EXCLUDE.json", "fail39_EXCLUDE.json",
	    "fail41_toolarge.json", "fail60.json",         "fail73.json",
	};

	for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
		if (strcmp(name, valid[i]) == 0)
			return true;
	return strncmp(name, "pass", 4) == 0;
}

static bool expected_of_suite(const char *name)
{
	return name[0] == 'y' || (name[0] == 'i' && choice(name));
}

static void test_folder(const char *folder, bool (*expected)(const char *name))
{
	const char *data = getenv("FG_DATA");
	char path[4096];
	struct dirent *entry;
	int files = 0;
	DIR *dir;

	snprintf(path, sizeof path, "%s/%s", data ? data : FG_DATA_DEFAULT, folder);
	dir = opendir(path);
	if (!dir) {
		tap_skip("outside data is not here (FG_DATA)");
		return;
	}
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		enum fg_code code;
		char *text;

		if (len < 5 || strcmp(entry->d_name + len - 5, ".json") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s/%s", data ? data : FG_DATA_DEFAULT, folder, entry->d_name);
		text = slurp(path, &len);
		code = validated(text, len, NULL);
		tap_ok((code == FG_OK) == expected(entry->d_name), "%s: %s", entry->d_name, fg_code_name(code));
		free(text);
		files++;
	}
	closedir(dir);
	tap_ok(files > 80, "%d files in %s", files, folder);
}

int main(void)
{
	test_table();
	test_limits();
	test_cut();
	test_changed();
	test_folder("JSONTestSuite/test_parsing", expected_of_suite);
	test_folder("simdjson-jsonchecker", expected_of_checker);
	return tap_done();
}
