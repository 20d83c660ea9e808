/*
 * store.pml - one shard of fg_store: look-ups without a lock beside inserts, removes and another table
 *
 * Buckets of one place. Keys A and K have the same home, so the one that comes second lies in the next bucket, and the
 * home is marked as passed; each comes and goes. The tag and the mark of a bucket are one word, its place is another.
 * Mergers and a reader want K. A number is reused, and an old table freed, when all read sections that were open have
 * ended: epoch.pml has that part, here it is one step that waits.
 *
 * Holds: a key that is there for all of a look-up is found; what is found is whole and not freed; there are never two
 * records of a key; a merge that begins after a remove returned does not go into what was removed; in the end every
 * merge is in the record that is left, or went with one that was removed after it.
 *
 * All of them at once are too many states: each run has a reader, the churner of A, and those that it names.
 *
 * RUN holds -DMERGERS=1 -DCHURN_K
 * LONG holds -DMERGERS=2
 * RUN holds -DMERGERS=1 -DGROW
 * RUN fails -DMERGERS=2 -DBROKEN_RECHECK            who found nothing inserts without looking again under the lock
 * RUN fails -DMERGERS=1 -DCHURN_K -DBROKEN_GRACE    a removed number is used again at once
 * RUN fails -DMERGERS=1 -DGROW -DBROKEN_TABLE       an old table is freed at once
 * RUN fails -DMERGERS=1 -DBROKEN_SHIFT              a remove moves what lies behind into the gap
 * RUN fails -DMERGERS=1 -DBROKEN_UNPASSED           a remove takes the mark of its bucket away
 * RUN fails -DMERGERS=1 -DBROKEN_UNMARKED           an insert does not mark the bucket that it passes
 * RUN fails -DMERGERS=1 -DBROKEN_PUBLISH            the tag is stored before the first merge is done
 * RUN fails -DMERGERS=1 -DBROKEN_PLACE              the tag is stored before the place
 */
#ifndef MERGERS
#define MERGERS 0
#endif
#define MERGES 2
#define REMOVES 1
#define BUCKETS 3
#define NUMBERS 6
#define TAG 1
#define PASSED 2
#define POISON 255
#define A 1
#define K 2
#define READERS 3

bool locked;
byte table;                             /* 0 or 1 */
byte words[6], places[6];               /* of both tables' buckets: TAG and PASSED, and a number */
byte key[NUMBERS], merges[NUMBERS];     /* of each number; 0 is none */
bool used[NUMBERS], freed[NUMBERS];
byte life[NUMBERS], gone[NUMBERS];      /* how often it was taken; the last life whose remove has returned */
byte section[READERS];                  /* odd: open */
byte made, dropped, absences;           /* absences: how often K ceased to be there */
bool there;                             /* K is */

/* Leaves the number of k in found and its bucket in i. */
inline search(k)
{
	t = table; i = 0; found = 0;
	do
	:: w = words[t * BUCKETS + i];
		assert(w != POISON);
		if
		:: w & TAG ->
			v = places[t * BUCKETS + i];
			assert(v != 0 && !freed[v]);
			found = (key[v] == k -> v : 0)
		:: else
		fi;
		if
		:: found || !(w & PASSED) -> break
		:: else -> i++
		fi;
		assert(i < BUCKETS)
	od
}

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

/* Lock held. */
inline insert(k, first)
{
	d_step {
		n = 1;
		do
		:: used[n] -> n++
		:: else -> break
		od;
		used[n] = true; freed[n] = false; life[n]++; key[n] = k; merges[n] = 0;
		i = 0;
		do
		:: words[table * BUCKETS + i] & TAG -> assert(key[places[table * BUCKETS + i]] != k); i++
		:: else -> break
		od;
		/* A second record of the key may lie behind. */
		v = i;
		do
		:: v == BUCKETS -> break
		:: else ->
			assert(!(words[table * BUCKETS + v] & TAG) || key[places[table * BUCKETS + v]] != k);
			v++
		od;
		v = 0
	}
#ifdef BROKEN_PUBLISH
	places[table * BUCKETS + i] = n;
	words[table * BUCKETS + i] = words[table * BUCKETS + i] | TAG;
	merges[n] = first;
#elif defined(BROKEN_PLACE)
	merges[n] = first;
	words[table * BUCKETS + i] = words[table * BUCKETS + i] | TAG;
	places[table * BUCKETS + i] = n;
#else
	merges[n] = first;
	places[table * BUCKETS + i] = n;
	words[table * BUCKETS + i] = words[table * BUCKETS + i] | TAG;
#endif
#ifndef BROKEN_UNMARKED
	do
	:: v == i -> break
	:: else -> words[table * BUCKETS + v] = words[table * BUCKETS + v] | PASSED; v++
	od;
	v = 0;
#endif
	if
	:: k == K -> there = true
	:: else
	fi
}

/* Waits until every section that is open now has ended. */
inline grace()
{
	d_step { s0 = section[0]; s1 = section[1]; s2 = section[2] }
	(!(s0 & 1) || section[0] != s0) && (!(s1 & 1) || section[1] != s1) && (!(s2 & 1) || section[2] != s2)
}

proctype merger(byte me)
{
	byte t, i, w, v, n, found, turn;
	byte was[NUMBERS];

	do
	:: turn == MERGES -> break
	:: else ->
		d_step { v = 1; do :: v == NUMBERS -> break :: else -> was[v] = gone[v]; v++ od; v = 0 }
		section[me]++;
		search(K);
		if
		:: found ->
			d_step { assert(merges[found] > 0 && was[found] != life[found]) }
			d_step { assert(!freed[found] && key[found] == K); merges[found]++; made++ }
			section[me]++
		:: else ->
			section[me]++;
			lock();
#ifndef BROKEN_RECHECK
			search(K);
#endif
			if
			:: found -> d_step { merges[found]++; made++ }
			:: else -> insert(K, 1); made++
			fi;
			unlock()
		fi;
		turn++
	od
}

proctype reader(byte me)
{
	byte t, i, w, v, found, before;
	bool must;

	d_step { must = there; before = absences }
	section[me]++;
	search(K);
	if
	:: found -> d_step { assert(!freed[found] && merges[found] > 0) }
	:: else -> assert(!must || absences != before)
	fi;
	section[me]++
}

/* Takes k out of the table and, after the grace period, frees its number; makes it first if it is not there. */
proctype churner(byte k; byte turns)
{
	byte t, i, w, v, n, found, s0, s1, s2;

	do
	:: turns == 0 -> break
	:: else ->
		lock();
		search(k);
		if
		:: !found && k == A -> insert(A, 1); found = n
		:: else
		fi;
		unlock();
		lock();
		search(k);
		if
		:: found ->
			if
			:: k == K -> d_step { there = false; absences++ }
			:: else
			fi;
#ifdef BROKEN_SHIFT
			if
			:: i == 0 && words[table * BUCKETS + 1] & TAG ->
				places[table * BUCKETS] = places[table * BUCKETS + 1];
				words[table * BUCKETS + 1] = words[table * BUCKETS + 1] & PASSED
			:: else -> words[table * BUCKETS + i] = words[table * BUCKETS + i] & PASSED
			fi;
#elif defined(BROKEN_UNPASSED)
			words[table * BUCKETS + i] = 0;
#else
			words[table * BUCKETS + i] = words[table * BUCKETS + i] & PASSED;
#endif
			unlock();
			gone[found] = life[found];
#ifndef BROKEN_GRACE
			grace();
#endif
			d_step {
				if
				:: k == K -> dropped = dropped + merges[found]
				:: else
				fi;
				used[found] = false; freed[found] = true; key[found] = 0; merges[found] = 0
			}
		:: else -> unlock()
		fi;
		turns--
	od
}

/* Puts the numbers into the other table, one behind the other, and publishes it. */
proctype grower()
{
	byte i, j, s0, s1, s2, old;

	lock();
	d_step {
		do
		:: i == BUCKETS -> break
		:: else ->
			if
			:: words[table * BUCKETS + i] & TAG ->
				places[(1 - table) * BUCKETS + j] = places[table * BUCKETS + i];
				words[(1 - table) * BUCKETS + j] = TAG;
				if
				:: j > 0 -> words[(1 - table) * BUCKETS + j - 1] = TAG | PASSED
				:: else
				fi;
				j++
			:: else
			fi;
			i++
		od;
		old = table; i = 0
	}
	table = 1 - table;
	unlock();
#ifndef BROKEN_TABLE
	grace();
#endif
	d_step { do :: i == BUCKETS -> break :: else -> words[old * BUCKETS + i] = POISON; i++ od }
}

init
{
	byte i, left;

	atomic {
		run churner(A, REMOVES);
		run reader(2);
#if MERGERS > 0
		run merger(0);
#endif
#if MERGERS > 1
		run merger(1);
#endif
#ifdef CHURN_K
		run churner(K, REMOVES);
#endif
#ifdef GROW
		run grower();
#endif
	}
	_nr_pr == 1;
	d_step {
		do
		:: i == BUCKETS -> break
		:: else ->
			if
			:: words[table * BUCKETS + i] & TAG && key[places[table * BUCKETS + i]] == K ->
				left = left + merges[places[table * BUCKETS + i]]
			:: else
			fi;
			i++
		od;
		assert(made == left + dropped)
	}
}
