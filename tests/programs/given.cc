/*
 * given.cc - items of a vector, whose first bytes an empty base claims too; an argument that gcc replaces by what it
 * points to, so that only the caller knows its type
 *
 * types: item job
 * expect *: item.price set_price 8 plain
 * expect *: job.runs call<main(int, char**)::<lambda(int64_t)>&> 8 plain
 * expect *: item _GLOBAL__sub_I_main 16 merged
 * expect *: item _GLOBAL__sub_I_main 16 merged
 * expect *: item _GLOBAL__sub_I_main 16 merged
 * expect *: item _GLOBAL__sub_I_main 16 merged
 * expect *: job.range _GLOBAL__sub_I_main 16 merged
 */
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

struct item {
	int64_t price, count;
};

struct job {
	std::pair<int64_t, int64_t> range;
	int64_t runs;
};

static std::vector<item> items(4);
static auto *one = new job;

static __attribute__((noinline)) void set_price(std::vector<item> &of, size_t i, int64_t price)
{
	of[i].price = price;
}

template <typename F> static __attribute__((noinline)) void call(F &&body, int64_t value)
{
	body(value);
}

int main(int argc, char **)
{
	job &mine = *one;
	auto body = [&mine](int64_t value) { mine.runs = value; };

	for (int i = 0; i < argc; i++) {
		set_price(items, static_cast<size_t>(i) & 3, i);
		call(body, i);
	}
	return static_cast<int>(items[0].count);
}
