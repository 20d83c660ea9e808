/* test_diag.c - the form in which findings are told */
#include "model/model.h"
#include "tap.h"

#include <stdlib.h>

int main(void)
{
	char *text = NULL;
	size_t len = 0;
	struct model_diag diag = {.out = open_memstream(&text, &len)};
	struct model_place place = {"order.h", 5, 9}, file = {"order.h", 0, 0};

	model_error(&diag, &place, "'%s': %d", "id", 7);
	model_warning(&diag, &file, "of a whole file");
	model_error(&diag, NULL, "of nothing");
	diag.colour = true;
	model_error(&diag, &place, "red");
	fclose(diag.out);
	tap_eq_str(text,
	           "order.h:5:9: error: 'id': 7\n"
	           "order.h: warning: of a whole file\n"
	           "error: of nothing\n"
	           "\033[1morder.h:5:9:\033[0m \033[1;31merror:\033[0m red\n",
	           "four findings");
	tap_eq_int(diag.errors, 3, "errors are counted");
	tap_eq_int(diag.warnings, 1, "warnings are counted");
	free(text);
	return tap_done();
}
