/*
 * stores.cc - classes: a base, a constructor, an atomic member
 *
 * types: ns::order ns::base
 * expect: ns::order.id ns::order::set_id 8 plain
 * expect: ns::order.amount ns::order::set_amount 8 plain
 * expect: ns::order.status._M_i ns::order::swap_status 4 locked
 * expect *-O2: ns::order.status._M_i ns::order::set_status 4 atomic
 * expect *-O2: ns::order.status._M_i ns::order::order 4 atomic
 * expect g++-O0: ns::order.status._M_i ns::order::set_status 4 locked
 * expect g++-O0: ns::order.amount ns::order::order 8 plain
 * expect g++-O0: ns::order.id ns::order::order 8 plain
 * expect g++-O2: ns::order ns::order::order 16 merged
 * expect clang++-*: ns::order.amount ns::order::order 8 plain
 * expect clang++-*: ns::order.id ns::order::order 8 plain
 * expect clang++-O0: ns::order.status._M_i ns::order::set_status 4 atomic
 * expect clang++-O0: ns::order.status._M_i ns::order::set_status 4 atomic
 * expect clang++-O0: ns::order.status._M_i ns::order::set_status 4 locked
 * expect clang++-O0: ns::order.status._M_i ns::order::swap_status 4 atomic
 * expect clang++-O0: ns::order.status._M_i ns::order::swap_status 4 atomic
 *
 * Unoptimised, the order of an atomic store is looked at when it runs: clang has all three, gcc takes the strictest.
 */
#include <atomic>
#include <cstdint>

#ifdef __clang__
#define ALONE __attribute__((noinline))
#else
#define ALONE __attribute__((noipa))
#endif

namespace ns {

struct base {
	int64_t id;
};

class order : public base {
public:
	explicit order(int64_t first);
	void set_id(int64_t value);
	void set_amount(int64_t value);
	void set_status(int value);
	void swap_status(int value);
	int64_t sum() const { return id + amount + status.load(std::memory_order_relaxed); }

private:
	int64_t amount;
	std::atomic<int> status;
};

ALONE order::order(int64_t first) : amount(first), status(0)
{
	id = first;
}
ALONE void order::set_id(int64_t value) { id = value; }
ALONE void order::set_amount(int64_t value) { amount = value; }
ALONE void order::set_status(int value) { status.store(value, std::memory_order_relaxed); }
ALONE void order::swap_status(int value) { status.store(value); }

}

int main(int argc, char **)
{
	static ns::order the_order(argc);

	the_order.set_id(argc);
	the_order.set_amount(argc);
	the_order.set_status(argc);
	the_order.swap_status(argc);
	return the_order.sum() ? 0 : 1;
}
