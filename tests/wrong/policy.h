/* Policies on what they can't hold for. */
// expect: 19:24: error: 'id': atomic needs an integer, bool, enum or pointer of at most 8 bytes, not char[24]
// expect: 20:24: error: 'inner': atomic needs an integer, bool, enum or pointer of at most 8 bytes, not struct inner
// expect: 21:24: error: 'rate': atomic needs an integer, bool, enum or pointer of at most 8 bytes, not double
// expect: 22:24: error: 'many': atomic needs an integer, bool, enum or pointer of at most 8 bytes, not int32_t[4]
// expect: 23:24: error: 'state': states names 'odl', which is no enumerator of enum state
// expect: 24:24: error: 'number': states needs an enum, not int32_t
// expect: 26:24: error: 'r': group 'money' has the policy mutex in 'm' and rwmutex here
#include <fieldguard/annotate.h>
#include <stdint.h>

enum state { STATE_NEW, STATE_OLD };

struct inner {
	int32_t x FG(json:"x");
};

struct policy {
	char         id[24]   FG(json:"id,atomic");
	struct inner inner    FG(json:"inner,atomic");
	double       rate     FG(json:"rate,atomic");
	int32_t      many[4]  FG(json:"many,atomic");
	enum state   state    FG(json:"state,atomic" states:"new>old,new>odl");
	int32_t      number   FG(json:"number,atomic" states:"1>2");
	int32_t      m        FG(json:"m,mutex=money");
	int32_t      r        FG(json:"r,rwmutex=money");
};
