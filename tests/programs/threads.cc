/*
 * threads.cc - where threads begin in C++: what std::thread runs calls the function it was given
 *
 * thread: main main
 * thread: worker std::thread guess
 */
#include <thread>

volatile int sink;

__attribute__((noinline)) static void leaf() { sink = 1; }

static void worker(int)
{
	leaf();
}

int main()
{
	std::thread one(worker, 1);
	std::thread two([] { leaf(); });

	one.join();
	two.join();
}
