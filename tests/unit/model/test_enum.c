/* test_enum.c - outside names of enumerators */
#include "model/model.h"
#include "tap.h"

/* names: apart by blanks, in and out. */
static void check(const char *c_name, const char *names, const char *want)
{
	struct model *model = model_new();
	struct model_enumerator items[8];
	struct model_enum e = {.c_name = c_name, .items = items};
	char *copy = model_strdup(model, names), *save = NULL, got[256] = "";

	for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
		items[e.items_n++] = (struct model_enumerator){.c_name = name};
	model_enum_name(model, &e);
	for (size_t i = 0; i < e.items_n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? " " : "", items[i].json_name);
	tap_eq_str(got, want, "%s {%s}", c_name, names);
	model_free(model);
}

int main(void)
{
	check("enum order_status", "ORDER_CREATED ORDER_PAID", "created paid");
	check("enum a", "ORDER_PAID ORDER_PAID_LATE", "paid paid_late");
	check("enum a", "ORDER ORDER_LATE", "order order_late");
	check("enum a", "RED REDDISH", "red reddish");
	check("enum a", "RED BLUE", "red blue");
	check("enum a", "A_B_ON A_B_OFF", "on off");
	check("enum a", "A_ A_B", "a_ a_b");
	check("enum a", "A_B_ A_B_C", "b_ b_c");
	check("enum a", "Level_High Level_Low", "high low");
	check("enum level", "LEVEL_1 LEVEL_2", "1 2");
	check("enum order_status", "ORDER_STATUS_PAID", "paid");
	check("enum order_status", "ORDER_PAID", "paid");
	check("status_t", "STATUS_T_PAID", "paid");
	check("enum order", "ORDERED_PAID", "ordered_paid");
	check("enum order", "ORDER_", "order_");
	check("enum order", "PAID", "paid");
	check("enum nothing", "", "");
	return tap_done();
}
