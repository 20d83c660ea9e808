/*
 * races.cc - cases in C++: see harness.h; what is to be found of each is in races.json
 */
#include "harness.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <utility>
#include <vector>

static std::mutex mutex;
static std::shared_mutex shared_mutex;
static std::atomic_flag flag = ATOMIC_FLAG_INIT;

/* ---- a member by a method --------------------------------------------------------------------------------------- */

class member_account {
public:
	NOINLINE void set_balance(int64_t balance)
	{
		balance_ = balance;
		if (balance < 0)
			version_ = 0;
	}

private:
	int64_t balance_ = 0, version_ = 0;
};

static auto member = std::make_unique<member_account>();

CASE(member_racy)
{
	while (going(w))
		member->set_balance(static_cast<int64_t>(next_random(w) >> 1));
}

CASE(member_right)
{
	while (going(w)) {
		std::lock_guard<std::mutex> guard(mutex);
		member->set_balance(static_cast<int64_t>(next_random(w) >> 1));
	}
}

/* ---- by a virtual method of a derived class, a field of the base ------------------------------------------------ */

struct base_shape {
	virtual ~base_shape() = default;
	virtual void resize(int64_t size) = 0;
	int64_t size = 0, rounds = 0;
};

struct derived_circle : base_shape {
	NOINLINE void resize(int64_t to) override
	{
		size = to;
		if (to < 0)
			rounds = 0;
	}
};

static std::unique_ptr<base_shape> shape = std::make_unique<derived_circle>();

CASE(derived_racy)
{
	while (going(w))
		shape->resize(static_cast<int64_t>(next_random(w) >> 1));
}

CASE(derived_right)
{
	while (going(w)) {
		std::unique_lock<std::shared_mutex> guard(shared_mutex);
		shape->resize(static_cast<int64_t>(next_random(w) >> 1));
	}
}

/* ---- of a template ---------------------------------------------------------------------------------------------- */

template <typename T> struct template_box {
	T value{};
	int64_t sets = 0;

	NOINLINE void put(T to)
	{
		value = to;
		if (to < 0)
			sets = 0;
	}
};

static auto *box = new template_box<int64_t>;

CASE(template_racy)
{
	while (going(w))
		box->put(static_cast<int64_t>(next_random(w) >> 1));
}

CASE(template_right)
{
	while (going(w)) {
		while (flag.test_and_set(std::memory_order_acquire))
			sched_yield();
		box->put(static_cast<int64_t>(next_random(w) >> 1));
		flag.clear(std::memory_order_release);
	}
}

/* ---- std::atomic, which needs no lock --------------------------------------------------------------------------- */

struct plain_progress {
	int64_t done = 0, failed = 0;
};

struct atomic_progress {
	std::atomic<int64_t> done{0}, failed{0};
};

static auto *plain = new plain_progress;
static auto *atomics = new atomic_progress;

static NOINLINE void plain_set(plain_progress *progress, int64_t done)
{
	progress->done = done;
	if (done < 0)
		progress->failed = 0;
}

static NOINLINE void atomic_set(atomic_progress *progress, int64_t done)
{
	progress->done.store(done, std::memory_order_relaxed);
	if (done < 0)
		progress->failed.store(0, std::memory_order_release);
}

CASE(progress_racy)
{
	while (going(w))
		plain_set(plain, static_cast<int64_t>(w->rounds));
}

CASE(progress_right)
{
	while (going(w))
		atomic_set(atomics, static_cast<int64_t>(w->rounds));
}

/* ---- items of a vector ------------------------------------------------------------------------------------------ */

struct vector_item {
	int64_t price = 0, count = 0;
};

static std::vector<vector_item> items(4);

static NOINLINE void vector_set(std::vector<vector_item> &of, size_t i, int64_t price)
{
	of[i].price = price;
	if (price < 0)
		of[i].count = 0;
}

CASE(vector_racy)
{
	while (going(w))
		vector_set(items, next_random(w) & 3, static_cast<int64_t>(w->rounds));
}

CASE(vector_right)
{
	while (going(w)) {
		std::lock_guard<std::mutex> guard(mutex);
		vector_set(items, next_random(w) & 3, static_cast<int64_t>(w->rounds));
	}
}

/* ---- a pair, captured by a lambda ------------------------------------------------------------------------------- */

struct lambda_job {
	std::pair<int64_t, int64_t> range{0, 0};
	int64_t runs = 0;
};

static auto *job = new lambda_job;

template <typename F> static NOINLINE void call(F &&body, int64_t value)
{
	body(value);
}

CASE(lambda_racy)
{
	lambda_job &mine = *job;
	auto body = [&mine](int64_t value) { mine.runs = value; };

	while (going(w))
		call(body, static_cast<int64_t>(w->rounds));
}

CASE(lambda_right)
{
	lambda_job &mine = *job;
	auto body = [&mine](int64_t value) {
		std::scoped_lock guard(mutex);
		mine.runs = value;
	};

	while (going(w))
		call(body, static_cast<int64_t>(w->rounds));
}

/* ---- a text that is a pointer and a length, written as one ------------------------------------------------------ */

struct label_profile {
	int64_t id = 0;
	std::string_view name;
};

static auto *label = new label_profile;
static const std::string_view label_names[] = {"Alice", "Bob", "Carol-Ann", "Dave"};

static NOINLINE void label_rename(label_profile *profile, std::string_view name)
{
	profile->name = name;
	if (name.empty())
		profile->id = 0;
}

CASE(label_racy)
{
	while (going(w))
		label_rename(label, label_names[next_random(w) & 3]);
}

CASE(label_right)
{
	while (going(w)) {
		std::lock_guard<std::mutex> guard(mutex);
		label_rename(label, label_names[next_random(w) & 3]);
	}
}

/* ---- handed on by a unique pointer ------------------------------------------------------------------------------ */

struct moved_parcel {
	int64_t weight = 0, place = 0;
};

static std::condition_variable moved_came;
static std::deque<std::unique_ptr<moved_parcel>> moved_queue;
static moved_parcel moved_kept[16];

static NOINLINE void moved_weigh(moved_parcel *parcel, int64_t weight)
{
	parcel->weight = weight;
	if (weight < 0)
		parcel->place = 0;
}

CASE(moved_racy)
{
	while (going(w))
		moved_weigh(&moved_kept[w->rounds & 15], static_cast<int64_t>(w->rounds));
}

CASE(moved_right)
{
	while (going(w)) {
		std::unique_ptr<moved_parcel> parcel;
		std::unique_lock<std::mutex> guard(mutex, std::defer_lock);

		if (!w->who) {
			parcel = std::make_unique<moved_parcel>();
			moved_weigh(parcel.get(), static_cast<int64_t>(w->rounds));
			guard.lock();
			if (moved_queue.size() < 64)
				moved_queue.push_back(std::move(parcel));
			moved_came.notify_one();
			continue;
		}
		guard.lock();
		if (!moved_came.wait_for(guard, std::chrono::milliseconds(2), [] { return !moved_queue.empty(); }))
			continue;
		parcel = std::move(moved_queue.front());
		moved_queue.pop_front();
		guard.unlock();
		moved_weigh(parcel.get(), -1);
	}
}

/* ---- each thread's own ------------------------------------------------------------------------------------------ */

struct local_cache {
	int64_t key = 0, value = 0;
};

static auto *local_shared = new local_cache;
static thread_local local_cache local_mine;

static NOINLINE void local_store(local_cache *cache, int64_t key)
{
	cache->key = key;
	if (key < 0)
		cache->value = 0;
}

CASE(local_racy)
{
	while (going(w))
		local_store(local_shared, static_cast<int64_t>(w->rounds));
}

CASE(local_right)
{
	while (going(w))
		local_store(&local_mine, static_cast<int64_t>(w->rounds));
}

/* ---- a record whose parts are set one by one, each under the lock ----------------------------------------------- */

class mixed_seat {
public:
	NOINLINE void set_row(int64_t row)
	{
		std::lock_guard<std::mutex> guard(lock_);
		row_ = row;
	}

	NOINLINE void set_guest(int64_t guest)
	{
		std::lock_guard<std::mutex> guard(lock_);
		guest_ = guest;
	}

	NOINLINE void set(int64_t row, int64_t guest)
	{
		std::lock_guard<std::mutex> guard(lock_);
		row_ = row;
		guest_ = guest;
	}

private:
	std::mutex lock_;
	int64_t row_ = 0, guest_ = 0;
};

static auto *seat = new mixed_seat;

static NOINLINE void mixed_book(mixed_seat *of, int64_t guest, struct worker *w)
{
	of->set_row(guest + 1);
	think(w, 20);
	of->set_guest(guest);
}

CASE(mixed_racy)
{
	while (going(w))
		mixed_book(seat, static_cast<int64_t>(next_random(w) >> 8), w);
}

CASE(mixed_right)
{
	while (going(w)) {
		int64_t guest = static_cast<int64_t>(next_random(w) >> 8);

		seat->set(guest + 1, guest);
		think(w, 20);
	}
}

static const struct one_case cases[] = {
	{"member", member_racy, member_right, 0, {0, 0}, false},
	{"derived", derived_racy, derived_right, 0, {0, 0}, false},
	{"template", template_racy, template_right, 0, {0, 0}, false},
	{"progress", progress_racy, progress_right, 0, {0, 0}, false},
	{"vector", vector_racy, vector_right, 0, {0, 2000}, false},
	{"lambda", lambda_racy, lambda_right, 0, {300, 300}, false},
	{"label", label_racy, label_right, 0, {0, 0}, false},
	{"moved", moved_racy, moved_right, 0, {0, 0}, false},
	{"local", local_racy, local_right, 0, {0, 0}, false},
	{"mixed", mixed_racy, mixed_right, 0, {0, 10000}, false},
};

__attribute__((constructor)) static void add_cases()
{
	add_all(cases, sizeof(cases) / sizeof(cases[0]));
}
