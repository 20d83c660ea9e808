/* Errors of the compiler end the job: offsets behind an unknown type are wrong. */
// expect: 7:2: error: unknown type name 'no_such_type'
// expect: 11:10: error: 'no_such_header.h' file not found
#include <fieldguard/annotate.h>

struct clang_errors {
	no_such_type x FG(json:"x");
	int          y FG(json:"y,atomik");
};

#include "no_such_header.h"
