/* Generated names that meet. */
// expect: 22:10: error: the generated name 'NAMES_FIELD_A_NAME_THAT_IS_SO_LONG_THAT_NO_GENERATED_NAME_CAN_HOLD_IT_BECAUSE_THEY_ARE_BUILT_IN_A_HUNDRED_AND_TWENTY_EIGHT_BYTE...' would be longer than 127 bytes
// expect: 16:18: error: 'h': the generated name 'names_snapshot' is taken by 'f' of struct names
// expect: 17:18: error: 'new': the generated name 'names_store_new' is taken by struct names itself
// expect: 19:18: error: 'p': the generated name 'names_read_lock_p' is taken by 'lock_it' of struct names
// expect: 20:18: error: 'NEW': the generated name 'NAMES_FIELD_NEW' is taken by 'new' of struct names
// expect: 21:18: error: 's': the generated name 'names_shared' is taken by struct names itself
// expect: 26:12: error: 'a': the generated name 'names_t_present' is taken by struct names_t itself
// expect: 29:9: error: names_t: the generated name 'names_t_field' is taken by struct names_t itself
// expect: 30:12: error: 'a': the generated name 'NAMES_T_FIELD_A' is taken by 'a' of struct names_t
#include <fieldguard/annotate.h>
#include <stdint.h>

struct names {
	int32_t f       FG(json:"f" key);
	int32_t h       FG(json:"h,mutex=snapshot");
	int32_t new     FG(json:"new,atomic");
	int32_t lock_it FG(json:"lock_it,rwmutex=lock_p");
	int32_t p       FG(json:"p,rwmutex=p");
	int32_t NEW     FG(json:"NEW");
	int32_t s       FG(json:"s,mutex=shared");
	int32_t a_name_that_is_so_long_that_no_generated_name_can_hold_it_because_they_are_built_in_a_hundred_and_twenty_eight_bytes FG(json:"long");
};

struct names_t {
	int32_t a FG(json:"a,mutex=present");
};

typedef struct {
	int32_t a FG(json:"a");
} names_t;
