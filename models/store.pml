/*
 * store.pml - one shard of fg_store: look-ups without a lock beside inserts, removes and another table
 *
 * Keys A and K have the same home, so K lies behind A or behind A's mark, and each comes and goes. Mergers and a reader
 * want K. A number is reused, and an old table freed, when all read sections that were open have ended: epoch.pml has
 * that part, here it is one step that waits.
 *
 * Holds: a key that is there for all of a look-up is found; what is found is whole and not freed; there are never two
 * records of a key; a merge that begins after a remove returned does not go into what was removed; in the end every
 * merge is in the record that is left, or went with one that was removed after it.
 *
 * All of them at once are too many states: each run has a reader, the churner of A, and those that it names.
 *
 * RUN holds -DMERGERS=1 -DCHURN_K
 * RUN holds -DMERGERS=2
 * RUN holds -DMERGERS=1 -DGROW
 * RUN fails -DMERGERS=2 -DBROKEN_RECHECK            who found nothing inserts without looking again under the lock
 * RUN fails -DMERGERS=1 -DCHURN_K -DBROKEN_GRACE    a removed number is used again at once
 * RUN fails -DMERGERS=1 -DGROW -DBROKEN_TABLE       an old table is freed at once
 * RUN fails -DMERGERS=1 -DBROKEN_SHIFT              a remove moves what lies behind into the gap (Knuth's algorithm R)
 * RUN fails -DMERGERS=1 -DBROKEN_EMPTY              a remove always empties the slot
 * RUN fails -DMERGERS=1 -DBROKEN_PUBLISH            the slot is stored before the first merge is done
 */
#ifndef MERGERS
#define MERGERS 0
#endif
#define MERGES 2
#define REMOVES 1
#define SLOTS 3
#define NUMBERS 6
#define EMPTY 0
#define MARK 254
#define POISON 255
#define A 1
#define K 2
#define READERS 3

bool locked;
byte table;                             /* 0 or 1 */
byte slots[6];                          /* of both tables */
byte key[NUMBERS], merges[NUMBERS];     /* of each number; 0 is none */
bool used[NUMBERS], freed[NUMBERS];
byte life[NUMBERS], gone[NUMBERS];      /* how often it was taken; the last life whose remove has returned */
byte section[READERS];                  /* odd: open */
byte made, dropped, absences;           /* absences: how often K ceased to be there */
bool there;                             /* K is */

/* Leaves the number of k in found and its slot in i. */
inline search(k)
{
	t = table; i = 0;
	do
	:: v = slots[t * SLOTS + i];
		assert(v != POISON);
		if
		:: v == EMPTY -> found = 0; break
		:: v == MARK -> i++
		:: else ->
			assert(!freed[v]);
			if
			:: key[v] == k -> found = v; break
			:: else -> i++
			fi
		fi;
		assert(i < SLOTS)
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
		:: slots[table * SLOTS + i] == EMPTY || slots[table * SLOTS + i] == MARK -> break
		:: else -> assert(key[slots[table * SLOTS + i]] != k); i++
		od;
		/* A second record of the key may lie behind. */
		v = i;
		do
		:: v == SLOTS -> break
		:: else ->
			if
			:: slots[table * SLOTS + v] == EMPTY || slots[table * SLOTS + v] == MARK
			:: else -> assert(key[slots[table * SLOTS + v]] != k)
			fi;
			v++
		od;
		v = 0
	}
#ifdef BROKEN_PUBLISH
	slots[table * SLOTS + i] = n;
	merges[n] = first;
#else
	merges[n] = first;
	slots[table * SLOTS + i] = n;
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
	byte t, i, v, n, found, turn;
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
	byte t, i, v, found, before;
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
	byte t, i, v, n, found, s0, s1, s2;

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
			:: i == 0 && slots[table * SLOTS + 1] != EMPTY ->
				slots[table * SLOTS] = slots[table * SLOTS + 1];
				slots[table * SLOTS + 1] = EMPTY
			:: else -> slots[table * SLOTS + i] = EMPTY
			fi;
#elif defined(BROKEN_EMPTY)
			slots[table * SLOTS + i] = EMPTY;
#else
			slots[table * SLOTS + i] = MARK;
			if
			:: slots[table * SLOTS + i + 1] == EMPTY ->
				slots[table * SLOTS + i] = EMPTY;
				if
				:: i > 0 && slots[table * SLOTS + i - 1] == MARK -> slots[table * SLOTS + i - 1] = EMPTY
				:: else
				fi
			:: else
			fi;
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

/* Copies the numbers into the other table, without the marks, and publishes it. */
proctype grower()
{
	byte i, j, v, s0, s1, s2, old;

	lock();
	d_step {
		do
		:: i == SLOTS -> break
		:: else ->
			v = slots[table * SLOTS + i];
			if
			:: v != EMPTY && v != MARK -> slots[(1 - table) * SLOTS + j] = v; j++
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
	d_step { do :: i == SLOTS -> break :: else -> slots[old * SLOTS + i] = POISON; i++ od }
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
		:: i == SLOTS -> break
		:: else ->
			if
			:: slots[table * SLOTS + i] != EMPTY && slots[table * SLOTS + i] != MARK &&
			   key[slots[table * SLOTS + i]] == K -> left = left + merges[slots[table * SLOTS + i]]
			:: else
			fi;
			i++
		od;
		assert(made == left + dropped)
	}
}
