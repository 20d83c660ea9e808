/*
 * scan_classes.cpp - what C++ can say of a type, for the reader of debug information
 *
 * = ns::base: size 16 align 8
 * = ns::base.x: 64+32 int
 * = ns::order: size 56 align 8
 * = ns::order.: 0+128 ns::base base
 * = ns::order.: 128+64 ns::other base
 * = ns::order.in: 192+32 ns::order::inner
 * = ns::order.low: 224+4 int bits
 * = ns::order.d: 256+128 double [2]
 * = ns::order::inner: size 4 align 2
 * = ns::order::inner.e: 16+8 ns::order::inner::kind
 * = ns::order::inner::kind: size 1 align 1
 * = ns::order::inner::kind.B = 1
 * = ns::order.ref: 384+64 int *
 * = ns::(anonymous namespace)::hidden.a: 0+32 int
 * = ns::left.: 0+128 ns::root virtual
 * = ns::row<long, 4>.v: 0+256 long [4]
 * = ns::row<char, 2>.v: 0+16 char [2]
 * = either.d: 0+64 double
 * = function ns::order::set: void
 * = function ns::order::set: linkage _ZN2ns5order3setEi
 * = function ns::helper: long
 * = function main: int
 * = global ns::order::count: int
 * = global ns::per_thread: int thread
 * = global ns::rows: ns::row<long, 4>
 * = global counter: int
 */
namespace ns {
namespace { struct hidden { int a; }; hidden seen; }
struct base { virtual ~base(); int x; };
struct other { char *text; };
struct root { virtual void f(); long q; };
struct left : virtual root { int a; };
template <class T, int N> struct row { T v[N]; };

class order : public base, public other {
public:
	struct inner { short s; enum class kind : char { A, B } e; };
	order(int &r) : ref(r) {}
	void set(int value);
	static int count;
	inner in;
	int low : 4;
	double d[2];
	int &ref;
};

base::~base() {}
void root::f() { q = 1; }
int order::count;
thread_local int per_thread;
row<long, 4> rows;
row<char, 2> small;
void order::set(int value) { x = value; low = value & 7; in.e = inner::kind::B; count++; per_thread = value; }
__attribute__((noinline)) long helper(left &l) { l.a = 3; return rows.v[1] + small.v[0] + seen.a; }
}

union either { int i; double d; };
either e;

int main(int argc, char **)
{
	static int counter;
	ns::order o(counter);
	ns::left l;

	o.set(argc);
	e.d = argc;
	ns::seen.a = argc;
	counter++;
	return (int)ns::helper(l) + counter;
}
