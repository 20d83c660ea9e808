/*
 * tree_order.h - an order as a tree, for the libraries that print from one
 *
 * The peer's source defines tree_object, tree_string, tree_int and tree_put (which takes the value over) after it.
 */
static node tree_object(void);
static void tree_string(node object, const char *name, const char *text);
static void tree_int(node object, const char *name, int64_t value);
static void tree_put(node object, const char *name, node value);

static node tree_order(const struct order *order)
{
	static const char *const status[] = {"created", "paid", "shipped", "cancelled"};
	node tree = tree_object(), customer = tree_object();
	char time[40];

	help_print_time(order->updated_ns, time);
	tree_string(tree, "id", order->id);
	tree_string(tree, "status", status[order->status]);
	tree_int(tree, "views", order->views);
	tree_int(tree, "amount", order->amount_cents);
	tree_string(tree, "currency", order->currency);
	tree_string(tree, "street", order->street);
	tree_string(tree, "city", order->city);
	tree_string(tree, "updated", time);
	tree_string(tree, "note", order->note);
	tree_string(customer, "name", order->customer.name);
	tree_string(customer, "email", order->customer.email);
	tree_int(customer, "tier", order->customer.tier);
	tree_put(tree, "customer", customer);
	return tree;
}
