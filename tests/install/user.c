/* user.c - a user's program: public headers and the library alone */
#include <fieldguard/annotate.h>
#include <fieldguard/base.h>
#include <fieldguard/decode.h>
#include <fieldguard/ingest.h>
#include <fieldguard/store.h>
#include <string.h>

struct point {
	int x FG(json:"x");
};

int main(void)
{
	return strcmp(fg_code_name(FG_ERR_RANGE), "range") == 0 ? 0 : 1;
}
