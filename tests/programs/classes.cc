/*
 * classes.cc - C++: bases, virtual functions, templates, containers of the standard library, references, lambdas
 *
 * Expectation: each store to a field is attributed to that field, by truth (tests/scan).
 */
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#define APART __attribute__((noinline))

namespace shop {

enum class Status : uint8_t { fresh, paid, sent };

struct Point {
	double x = 0, y = 0;
};

class Record {
public:
	virtual ~Record() = default;
	virtual void touch(int by)
	{
		version_ += by;
		dirty_ = true;
	}
	int version() const { return version_; }

protected:
	int version_ = 1;
	bool dirty_ = false;
};

class Order : public Record {
public:
	explicit Order(uint64_t id) : id_(id) {}
	void touch(int by) override
	{
		Record::touch(by);
		touched_++;
	}
	void set_status(Status status)
	{
		status_ = status;
		dirty_ = true;
	}
	void move_to(const Point &to) { place_ = to; }
	void add(const std::string &name, int price)
	{
		names_.push_back(name);
		prices_[name] = price;
		total_ += price;
	}
	Order &note(std::string note)
	{
		note_ = std::move(note);
		return *this;
	}
	uint64_t id() const { return id_; }
	struct Line {
		int price, count;
		Point at;
	};
	std::vector<Line> lines;

private:
	uint64_t id_;
	Status status_ = Status::fresh;
	uint32_t touched_ = 0;
	Point place_;
	long total_ = 0;
	std::string note_;
	std::vector<std::string> names_;
	std::map<std::string, int> prices_;
};

struct Left {
	long left_a, left_b;
};
struct Right {
	long right_a, right_b;
};
struct Both : Left, Right {
	long own;
};

template <typename T, int N>
struct Ring {
	std::array<T, N> items{};
	unsigned head = 0, used = 0;

	APART void push(const T &item)
	{
		items[(head + used) % N] = item;
		if (used < N)
			used++;
		else
			head = (head + 1) % N;
	}
};

template <typename T>
class Holder {
public:
	void set(T value)
	{
		value_ = value;
		sets_++;
	}

private:
	T value_{};
	unsigned sets_ = 0;
};

struct Counted {
	std::atomic<int> uses{0};
	std::atomic<bool> ready{false};
	int plain = 0;
};

struct Node {
	std::unique_ptr<Node> next;
	std::shared_ptr<Counted> counted;
	int value = 0;
};

} // namespace shop

using namespace shop;

APART void set_right(Right *right, long v)
{
	right->right_a = v;
	right->right_b = v + 1;
}

APART void set_both(Both &both, long v)
{
	both.left_b = v;
	both.right_b = v;
	both.own = v;
	set_right(&both, v);
	static_cast<Both *>(static_cast<Right *>(&both))->left_a = v;
}

APART void set_lines(std::vector<Order::Line> &lines, int price)
{
	for (auto &line : lines) {
		line.price = price;
		line.at.y = price * 0.5;
	}
	lines.back().count = 3;
	lines[1].at = Point{1, 2};
}

APART void set_map(std::unordered_map<int, Point> &points, int key)
{
	points[key].x = 3;
	for (auto &[k, point] : points)
		point.y += k;
}

APART void use_holders(Holder<int> &a, Holder<double> &b, Holder<const char *> &c)
{
	a.set(4);
	b.set(2.5);
	c.set("text");
}

APART void count(Counted &counted)
{
	counted.uses.fetch_add(1);
	counted.ready.store(true, std::memory_order_release);
	counted.plain = 4;
}

APART std::unique_ptr<Node> chain(int n)
{
	std::unique_ptr<Node> first;

	for (int i = 0; i < n; i++) {
		auto node = std::make_unique<Node>();

		node->value = i;
		node->counted = std::make_shared<Counted>();
		node->counted->plain = i;
		node->next = std::move(first);
		first = std::move(node);
	}
	return first;
}

APART void set_all(Order &order, int by)
{
	order.touch(by);
	order.set_status(Status::paid);
	order.move_to({1.5, by * 1.0});
	order.add("name", by);
	order.note("a note that is too long for the small one");
	order.lines.push_back({by, 1, {}});
	order.lines.push_back({by, 2, {}});
}

APART void captured(Order::Line &line, Point &point)
{
	auto set = [&](int v) {
		line.count = v;
		point.x = v;
	};
	set(3);
	set(line.price);
}

static Both the_both;
Ring<Point, 4> the_ring;
static Ring<long, 8> longs;

int main(int argc, char **)
{
	auto order = std::make_unique<Order>(7);
	Record *record = order.get();
	std::unordered_map<int, Point> points;
	Holder<int> a;
	Holder<double> b;
	Holder<const char *> c;
	Counted counted;

	set_all(*order, argc);
	record->touch(2);
	set_lines(order->lines, argc);
	captured(order->lines[0], points[4]);
	set_both(the_both, argc);
	the_ring.push({1, 2});
	longs.push(argc);
	set_map(points, argc);
	use_holders(a, b, c);
	count(counted);
	auto nodes = chain(argc + 2);
	return nodes->value + record->version() + static_cast<int>(order->id()) < 0;
}
