/* objects.h - a program of tests/scan says where its objects lie, for the check by execution (tests/scan/traced.py) */
#ifndef OBJECTS_H
#define OBJECTS_H

#include <stdio.h>

/* One line an object, or an array of `count` objects: "object TYPE ADDRESS SIZE COUNT". They must live to the end. */
#define OBJECT(type, pointer, count) \
	printf("object %s %p %zu %zu\n", #type, (void *)(pointer), sizeof(type), (size_t)(count))
#define APART __attribute__((noinline))

#endif
