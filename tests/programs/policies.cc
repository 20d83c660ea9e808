/*
 * policies.cc - a class with policies from a file, written rightly and wrongly by std::thread
 *
 * policy: ns::order.status   atomic
 * policy: ns::order.ready    atomic
 * policy: ns::order.amount   mutex=money
 * policy: ns::order.seq      owner
 *
 * finding: atomic ns::order.status ns::order::set_status
 * finding: lock ns::order.amount ns::order::pay_bare
 * finding: owner ns::order.seq ns::order::renew
 *
 * What is right stands beside it, and nothing is said of it: see the functions whose names end in _right.
 */
#include <atomic>
#include <mutex>
#include <thread>

#ifdef __clang__
#define ALONE __attribute__((noinline))
#else
#define ALONE __attribute__((noipa))
#endif

namespace ns {

class order {
public:
	ALONE explicit order(long first) : status(first), amount(first), seq(0) { }
	ALONE void set_status(long value) { status = value; }
	ALONE void store_status_right(long value) { __atomic_store_n(&status, value, __ATOMIC_RELEASE); }
	ALONE void ready_right(bool value) { ready.store(value, std::memory_order_release); }
	ALONE void pay_right(long value)
	{
		std::lock_guard<std::mutex> guard(lock);

		amount += value;
	}
	ALONE void pay_bare(long value) { amount = value; }
	ALONE void number() { seq = 1; }
	ALONE void renew() { seq++; }

private:
	long status;
	std::atomic<bool> ready;
	long amount;
	long seq;
	std::mutex lock;
};

}

int main(int argc, char **)
{
	auto *o = new ns::order(argc);

	o->number();
	std::thread other([o] { o->renew(); });
	o->set_status(argc);
	o->store_status_right(argc);
	o->ready_right(true);
	o->pay_right(argc);
	o->pay_bare(argc);
	other.join();
	delete o;
}
