/* FG() on an enum: clang itself says so. */
// expect: 5:34: error: 'btf_decl_tag' attribute only applies to variables, functions, structs, unions, classes, non-static data members, and typedefs
#include <fieldguard/annotate.h>

enum place_enum { PLACE_ENUM_A } FG(json:"enum");

struct placed {
	enum place_enum e FG(json:"e");
};
