/* races.h - what the cases in C share */
#ifndef RACES_H
#define RACES_H

#include "harness.h"

extern pthread_mutex_t mutex;
extern pthread_barrier_t barrier;
extern const struct one_case object_cases[];
extern const size_t object_cases_n;

#define LOCKED(lock) for (int once = (pthread_mutex_lock(lock), 1); once; once = (pthread_mutex_unlock(lock), 0))

/* Before its cases run. */
void objects_begin(void);

#endif
