/* print.c - what a lab found, as a table for people or as one JSON object; see lab.h */
#include "lab.h"

#include <stdio.h>
#include <string.h>

const char *lab_grouped(uint64_t value, char *buf)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	char *p = buf;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return buf;
}

static double per_second(const struct lab_result *result)
{
	return result->seconds > 0 ? (double)result->operations / result->seconds : 0;
}

static double per_million(const struct lab *lab, const struct lab_result *result)
{
	return result->operations ? 1e6 * (double)lab_anomalies(lab, result) / (double)result->operations : 0;
}

/* A small rate keeps its digits: one in ten million is not none. */
static const char *rate_text(double rate, char *buf, size_t size)
{
	if (rate >= 100)
		return lab_grouped((uint64_t)(rate + 0.5), buf);
	snprintf(buf, size, rate == 0 ? "%.0f" : rate < 1 ? "%.3f" : "%.1f", rate);
	return buf;
}

static void print_row(const struct lab *lab, const struct lab_variant *variant, const struct lab_result *result)
{
	char buf[LAB_GROUPED];

	printf("%-28s %13s", variant->label, lab_grouped((uint64_t)per_second(result), buf));
	printf(" %10s", lab_grouped(lab_anomalies(lab, result), buf));
	printf(" %10s", rate_text(per_million(lab, result), buf, sizeof buf));
	for (size_t i = 0; i < lab->columns_n; i++)
		printf(" %12s", lab_grouped(result->counts[i], buf));
	putchar('\n');
}

void lab_print_table(const struct lab *lab, const struct lab_options *options, const struct lab_result *results,
                     const bool *ran, const struct lab_result *beside)
{
	printf("%s: %u thread%s, %g s each\n\n", lab->title, options->threads, options->threads == 1 ? "" : "s",
	       options->seconds);
	printf("%-28s %11s/s %10s %10s", "", lab->operation, "anomalies", "a million");
	for (size_t i = 0; i < lab->columns_n; i++)
		printf(" %12s", lab->columns[i].head);
	putchar('\n');
	for (size_t i = 0; i < lab->variants_n; i++)
		if (ran[i])
			print_row(lab, &lab->variants[i], &results[i]);
	putchar('\n');
	for (size_t i = 0; i < lab->variants_n; i++)
		if (ran[i] && results[i].told[0])
			printf("%s: %s\n", lab->variants[i].label, results[i].told);
	if (beside)
		puts(beside->told);
	for (const char *const *note = lab->notes; *note; note++)
		puts(*note);
}

static void print_member(const char *name, double value)
{
	printf(",\"%s\":%.10g", name, value);
}

static void print_extras(const struct lab_result *result)
{
	for (size_t i = 0; i < LAB_EXTRAS && result->extras[i].key; i++)
		print_member(result->extras[i].key, result->extras[i].value);
}

void lab_print_json(unsigned number, const struct lab *lab, const struct lab_options *options,
                    const struct lab_result *results, const bool *ran, const struct lab_result *beside)
{
	printf("{\"lab\":%u,\"title\":\"%s\",\"threads\":%u,\"seconds\":%g,\"operation\":\"%s\"", number, lab->title,
	       options->threads, options->seconds, lab->operation);
	for (size_t i = 0; i < lab->variants_n; i++) {
		const struct lab_result *result = &results[i];

		if (!ran[i])
			continue;
		printf(",\"%s\":{\"label\":\"%s\",\"operations\":%llu", lab->variants[i].key, lab->variants[i].label,
		       (unsigned long long)result->operations);
		print_member("seconds", result->seconds);
		print_member("operations_per_s", per_second(result));
		print_member("anomalies", (double)lab_anomalies(lab, result));
		print_member("anomalies_per_million", per_million(lab, result));
		for (size_t k = 0; k < lab->columns_n; k++)
			print_member(lab->columns[k].key, (double)result->counts[k]);
		print_extras(result);
		putchar('}');
	}
	if (beside)
		print_extras(beside);
	puts("}");
}
