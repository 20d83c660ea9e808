/* Names that the functions of once, owner and states take. */
// expect: 12:22: error: 'b': the generated name 'rules_names_once' is taken by 'a' of struct rules_names
// expect: 14:22: error: 'd': the generated name 'rules_names_owner' is taken by 'c' of struct rules_names
// expect: 16:25: error: 'versioned_step': the generated name 'rules_names_load_versioned_step' is taken by 'step' of struct rules_names
#include <fieldguard/annotate.h>
#include <stdint.h>

enum step { STEP_A, STEP_B };

struct rules_names {
	int32_t a           FG(json:"a,mutex=once");
	int32_t b           FG(json:"b,once");
	int32_t c           FG(json:"c,rwmutex=owner");
	char d[8]           FG(json:"d,owner");
	enum step step      FG(json:"step,atomic" states:"a>b");
	int32_t versioned_step FG(json:"v,atomic");
};
