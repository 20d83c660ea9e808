/* States on enums: one that is too large for a mask, and one that just fits. */
// expect: 26:20: error: 'many': states needs an enum of at most 64 values, and enum many has 65
#include <fieldguard/annotate.h>
#include <stdint.h>

enum many {
	MANY_0, MANY_1, MANY_2, MANY_3, MANY_4, MANY_5, MANY_6, MANY_7, MANY_8, MANY_9, MANY_10, MANY_11,
	MANY_12, MANY_13, MANY_14, MANY_15, MANY_16, MANY_17, MANY_18, MANY_19, MANY_20, MANY_21, MANY_22,
	MANY_23, MANY_24, MANY_25, MANY_26, MANY_27, MANY_28, MANY_29, MANY_30, MANY_31, MANY_32, MANY_33,
	MANY_34, MANY_35, MANY_36, MANY_37, MANY_38, MANY_39, MANY_40, MANY_41, MANY_42, MANY_43, MANY_44,
	MANY_45, MANY_46, MANY_47, MANY_48, MANY_49, MANY_50, MANY_51, MANY_52, MANY_53, MANY_54, MANY_55,
	MANY_56, MANY_57, MANY_58, MANY_59, MANY_60, MANY_61, MANY_62, MANY_63, MANY_64
};
/* 65 names, 64 values */
enum full {
	FULL_0, FULL_1, FULL_2, FULL_3, FULL_4, FULL_5, FULL_6, FULL_7, FULL_8, FULL_9, FULL_10, FULL_11,
	FULL_12, FULL_13, FULL_14, FULL_15, FULL_16, FULL_17, FULL_18, FULL_19, FULL_20, FULL_21, FULL_22,
	FULL_23, FULL_24, FULL_25, FULL_26, FULL_27, FULL_28, FULL_29, FULL_30, FULL_31, FULL_32, FULL_33,
	FULL_34, FULL_35, FULL_36, FULL_37, FULL_38, FULL_39, FULL_40, FULL_41, FULL_42, FULL_43, FULL_44,
	FULL_45, FULL_46, FULL_47, FULL_48, FULL_49, FULL_50, FULL_51, FULL_52, FULL_53, FULL_54, FULL_55,
	FULL_56, FULL_57, FULL_58, FULL_59, FULL_60, FULL_61, FULL_62, FULL_63,
	FULL_LAST = FULL_63
};

struct rules {
	enum many many    FG(json:"many,atomic" states:"0>1");
	enum full full    FG(json:"full,atomic" states:"0>1>last");
	int32_t once      FG(json:"once,once");
	int32_t owner     FG(json:"owner,owner");
};
