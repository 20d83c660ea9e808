/* functions.c - functions and globals, out of what the units' DIEs said of them */
#include "scan/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HOPS_MAX 8

/* What a DIE and those that it stands for say together. */
struct told {
	const char *name, *linkage_name, *scope;
	const struct scan_type *type;
	const char *file;
	unsigned line;
	bool external;
	enum scan_language language;
};

static const struct scan_raw_symbol *symbol_of(const struct scan *scan, scan_key key, const struct scan_unit **ret_unit)
{
	const struct scan_unit *unit = key ? scan_unit_of(scan, key) : NULL;
	size_t low = 0, high;
	uint32_t die;

	if (!unit)
		return NULL;
	die = (uint32_t)(SCAN_KEY_OFFSET(key) - unit->head.offset);
	high = unit->symbols_n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (unit->symbols[middle].die < die)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_unit = unit;
	return low < unit->symbols_n && unit->symbols[low].die == die ? &unit->symbols[low] : NULL;
}

static void gather(struct scan *scan, const struct scan_unit *unit, const struct scan_raw_symbol *symbol,
                   struct told *told)
{
	told->language = unit->language;
	for (unsigned hops = 0; symbol && hops < HOPS_MAX; hops++) {
		if (symbol->name && !told->name)
			told->name = symbol->name;
		if (symbol->scope)
			told->scope = symbol->scope;
		if (symbol->linkage_name && !told->linkage_name)
			told->linkage_name = symbol->linkage_name;
		if (symbol->has_type && !told->type)
			told->type = symbol->type.key ? scan_type_of_key(scan, symbol->type.key) : NULL;
		if (symbol->line && !told->line) {
			told->line = symbol->line;
			told->file = scan_file_name(scan, unit, symbol->file);
		}
		told->external = told->external || symbol->external;
		symbol = symbol_of(scan, symbol->origin, &unit);
	}
}

static const char *full_name(struct scan *scan, const struct told *told)
{
	size_t scope_n, name_n;
	char *text;

	if (!told->name)
		return told->linkage_name ? told->linkage_name : "?";
	if (!told->scope)
		return told->name;
	scope_n = strlen(told->scope);
	name_n = strlen(told->name);
	text = scan_alloc(scan, scope_n + name_n + 3);
	if (!text)
		return told->name;
	memcpy(text, told->scope, scope_n);
	memcpy(text + scope_n, "::", 2);
	memcpy(text + scope_n + 2, told->name, name_n + 1);
	return text;
}

static int compare_functions(const void *left, const void *right)
{
	const struct scan_function *a = left, *b = right;

	if (a->ranges[0].low != b->ranges[0].low)
		return a->ranges[0].low < b->ranges[0].low ? -1 : 1;
	return a->die < b->die ? -1 : a->die > b->die;
}

static int compare_variables(const void *left, const void *right)
{
	const struct scan_variable *a = left, *b = right;

	if (a->thread_local != b->thread_local)
		return a->thread_local ? 1 : -1;
	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return strcmp(a->name, b->name);
}

static bool is_entry(const struct scan *scan, const struct scan_range *range)
{
	const char *name = scan_symbol_at(scan, range->low);

	return name && !strstr(name, ".cold");
}

/* The range with the entry comes first, also where a compiler names the cold part before it. */
static void put_entry_first(const struct scan *scan, struct scan_range *ranges, size_t n)
{
	if (n < 2 || is_entry(scan, &ranges[0]))
		return;
	for (size_t i = 1; i < n; i++) {
		if (is_entry(scan, &ranges[i])) {
			struct scan_range entry = ranges[i];

			memmove(&ranges[1], &ranges[0], i * sizeof(*ranges));
			ranges[0] = entry;
			return;
		}
	}
}

static int make_function(struct scan *scan, uint32_t u, const struct scan_raw_symbol *symbol, struct scan_function *ret)
{
	const struct scan_unit *unit = &scan->inside->units[u];
	struct told told = { 0 };
	struct scan_range *ranges = scan_alloc(scan, symbol->ranges_n * sizeof(*ranges));

	if (!ranges)
		return -ENOMEM;
	memcpy(ranges, symbol->ranges, symbol->ranges_n * sizeof(*ranges));
	put_entry_first(scan, ranges, symbol->ranges_n);
	gather(scan, unit, symbol, &told);
	ret->name = full_name(scan, &told);
	ret->linkage_name = told.linkage_name ? told.linkage_name : ret->name;
	ret->ranges = ranges;
	ret->ranges_n = symbol->ranges_n;
	ret->returns = told.type;
	ret->language = told.language;
	ret->external = told.external;
	ret->file = told.file;
	ret->line = told.line;
	ret->die = unit->head.offset + symbol->die;
	ret->unit = u;
	return 0;
}

static void make_variable(struct scan *scan, const struct scan_unit *unit, const struct scan_raw_symbol *symbol,
                          struct scan_variable *ret)
{
	struct told told = { 0 };

	gather(scan, unit, symbol, &told);
	ret->name = full_name(scan, &told);
	ret->address = symbol->address;
	ret->type = told.type;
	ret->thread_local = symbol->thread_local;
	ret->file = told.file;
	ret->line = told.line;
}

/* The same global is told by each unit that defines it in a header; one is enough. */
static size_t drop_doubles(struct scan_variable *items, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!kept || items[i].address != items[kept - 1].address ||
		    strcmp(items[i].name, items[kept - 1].name) ||
		    items[i].thread_local != items[kept - 1].thread_local)
			items[kept++] = items[i];
	return kept;
}

static int make_all(struct scan *scan, struct scan_error *error)
{
	struct scan_inside *inside = scan->inside;
	size_t functions_n = 0, globals_n = 0;
	struct scan_function *functions;
	struct scan_variable *globals;

	for (size_t u = 0; u < inside->units_n; u++)
		for (size_t i = 0; i < inside->units[u].symbols_n; i++) {
			const struct scan_raw_symbol *symbol = &inside->units[u].symbols[i];

			functions_n += symbol->located && symbol->function;
			globals_n += symbol->located && !symbol->function;
		}
	functions = scan_alloc(scan, (functions_n + 1) * sizeof(*functions));
	globals = scan_alloc(scan, (globals_n + 1) * sizeof(*globals));
	if (!functions || !globals)
		return scan_fail(error, -ENOMEM, "%s: out of memory", scan->path);
	functions_n = globals_n = 0;
	for (uint32_t u = 0; u < inside->units_n; u++)
		for (size_t i = 0; i < inside->units[u].symbols_n; i++) {
			const struct scan_raw_symbol *symbol = &inside->units[u].symbols[i];

			if (!symbol->located)
				continue;
			if (!symbol->function)
				make_variable(scan, &inside->units[u], symbol, &globals[globals_n++]);
			else if (make_function(scan, u, symbol, &functions[functions_n++]) < 0)
				return scan_fail(error, -ENOMEM, "%s: out of memory", scan->path);
		}
	qsort(functions, functions_n, sizeof(*functions), compare_functions);
	qsort(globals, globals_n, sizeof(*globals), compare_variables);
	scan->functions = functions;
	scan->functions_n = functions_n;
	scan->globals = globals;
	scan->globals_n = drop_doubles(globals, globals_n);
	return 0;
}

const struct scan_variable *scan_global_at(const struct scan *scan, uint64_t address)
{
	size_t low = 0, high = scan->globals_n;

	/* Those of threads stand behind all others. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (!scan->globals[middle].thread_local && scan->globals[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low, looked = 0; i > 0 && looked < 16; i--, looked++) {
		const struct scan_variable *global = &scan->globals[i - 1];
		uint64_t size = global->type ? global->type->size : 0;

		if (address - global->address < (size ? size : 1))
			return global;
	}
	return NULL;
}

/* Cold parts lie away from their entry: ranges have an index of their own. */
static int compare_spans(const void *left, const void *right)
{
	const struct scan_span *a = left, *b = right;

	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return a->function < b->function ? -1 : a->function > b->function;
}

static int index_spans(struct scan *scan)
{
	struct scan_inside *inside = scan->inside;
	size_t n = 0;

	for (size_t i = 0; i < scan->functions_n; i++)
		n += scan->functions[i].ranges_n;
	inside->spans = scan_alloc(scan, (n + 1) * sizeof(*inside->spans));
	if (!inside->spans)
		return -ENOMEM;
	for (size_t i = 0; i < scan->functions_n; i++)
		for (size_t k = 0; k < scan->functions[i].ranges_n; k++)
			inside->spans[inside->spans_n++] = (struct scan_span){
				scan->functions[i].ranges[k].low, scan->functions[i].ranges[k].high, (uint32_t)i };
	qsort(inside->spans, n, sizeof(*inside->spans), compare_spans);
	return 0;
}

const struct scan_function *scan_function_at(const struct scan *scan, uint64_t address)
{
	const struct scan_inside *inside = scan->inside;
	size_t low = 0, high = inside->spans_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (inside->spans[middle].low <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < inside->spans[low - 1].high ? &scan->functions[inside->spans[low - 1].function] : NULL;
}

int scan_functions_make(struct scan *scan, struct scan_error *error)
{
	int result = make_all(scan, error);

	if (!result && index_spans(scan) < 0)
		result = scan_fail(error, -ENOMEM, "%s: out of memory", scan->path);
	return result;
}

const char *scan_function_directory(const struct scan *scan, const struct scan_function *function)
{
	const struct scan_inside *inside = scan->inside;

	return function && function->unit < inside->units_n ? inside->units[function->unit].head.directory : NULL;
}
