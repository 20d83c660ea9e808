/*
 * once.pml - struct fg_once: threads that run one cell, with initialisers that fail
 *
 * Each thread runs the cell until it has the value; an initialiser fails or succeeds as it likes, a bounded number of
 * times. The payload that the initialiser writes waits in a buffer of its own, so a store that is not a release can
 * overtake it.
 *
 * Holds: of all initialisers one succeeds; they run one at a time; a failure goes to the thread that ran it; who gets
 * the value, by run or by get, sees the payload; the initialiser that runs its own cell is refused and everybody ends.
 *
 * RUN holds
 * RUN holds -DTHREADS=4 -DFAILURES=1
 * RUN fails -DBROKEN_RECHECK     who has waited for the lock does not look at the value again
 * RUN fails -DBROKEN_PUBLISH     the value's store is not a release
 * RUN fails -DBROKEN_FAILURE     a failure keeps the lock
 * RUN fails -DBROKEN_RECURSION   the thread that runs the initialiser is not remembered
 */
#ifndef THREADS
#define THREADS 3
#endif
#ifndef FAILURES
#define FAILURES 2
#endif
#define NOBODY 255

bool locked, value, payload, payload_pending;
byte runner = NOBODY;
byte inside, made, failed;

proctype buffer()
{
end:	do
	:: atomic { payload_pending -> payload = true; payload_pending = false }
	od
}

proctype thread(byte me)
{
	byte rc;

	do
	:: value -> break                       /* acquire load: fg_once_run's fast way, and fg_once_get */
	:: else ->
		assert(runner != me);
		atomic { !locked -> locked = true }
		runner = me;
		rc = 0;
#ifndef BROKEN_RECHECK
		if
		:: value
		:: else ->
#endif
			inside++;
			assert(inside == 1);
			/* The initialiser runs the cell that it initialises. */
			if
#ifndef BROKEN_RECURSION
			:: runner == me                 /* -EDEADLK */
			:: else ->
#else
			:: true ->
#endif
				!locked
			fi;
			if
			:: failed < FAILURES -> failed++; rc = 1
			:: payload_pending = true; made++
			fi;
			inside--;
			if
			:: rc == 0 ->
#ifndef BROKEN_PUBLISH
				!payload_pending;
#endif
				value = true
			:: else
			fi
#ifndef BROKEN_RECHECK
		fi
#endif
		;
		runner = NOBODY;
#ifdef BROKEN_FAILURE
		if
		:: rc == 0 -> locked = false
		:: else
		fi
#else
		locked = false
#endif
	od;
	assert(payload);
	assert(made == 1)
}

init {
	byte i;

	atomic {
		run buffer();
		for (i : 0 .. THREADS - 1) {
			run thread(i)
		}
	}
}
