/* test_words.c - bytes that a tag may hold, and the nearest word */
#include "model/words.h"
#include "tap.h"

static void bad_byte(const char *text, size_t want, const char *what)
{
	tap_eq_int(model_words_bad_byte(text, strlen(text)), want, "%s", what);
}

static void nearest(const char *text, const char *want)
{
	static const char *const names[] = {"atomic", "required", "key", "mutex", "rwmutex"};

	tap_eq_str(model_words_nearest(names, 5, text, strlen(text)), want, "nearest to '%s'", text);
}

int main(void)
{
	bad_byte("plain", 5, "ASCII");
	bad_byte("", 0, "nothing");
	bad_byte("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", 11, "two, three and four bytes");
	bad_byte("ab\x01", 2, "a control character");
	bad_byte("a\x7f", 1, "DEL");
	bad_byte("a\xc3", 1, "cut in a character");
	bad_byte("\xc0\x80", 0, "an overlong NUL");
	bad_byte("\xe0\x9f\xbf", 0, "an overlong of three bytes");
	bad_byte("\xed\xa0\x80", 0, "a surrogate");
	bad_byte("\xf0\x8f\xbf\xbf", 0, "an overlong of four bytes");
	bad_byte("\xf4\x90\x80\x80", 0, "beyond U+10FFFF");
	bad_byte("x\xe2\x28\xa1", 1, "no continuation");
	tap_eq_int(model_words_bad_byte("a\0b", 3), 1, "a NUL inside");

	nearest("atomik", "atomic");
	nearest("atomic", "atomic");
	nearest("kye", "key");
	nearest("reqired", "required");
	nearest("mutx", "mutex");
	nearest("xy", NULL);
	nearest("", NULL);
	nearest("a word that is far longer than any of them is", NULL);
	return tap_done();
}
