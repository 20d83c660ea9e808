/*
 * snapshot.pml - struct fg_seq: writers, readers, and readers that have failed too often
 *
 * Two words that every write sets to the same new number, under the sequence. A writer's plain stores wait in a buffer a
 * variable, and reach memory in any order (as on a machine that reorders stores); a release store waits until those
 * before it are there; a compare-exchange works on memory at once. A reader's loads happen in the order that acquire
 * gives them. See README.md for what that does not cover.
 *
 * Holds: a read that is confirmed is one write, not a mix; it is at least as new as what was published when it
 * began; nobody waits for ever.
 *
 * RUN holds
 * RUN holds -DWRITERS=2 -DREADERS=1 -DWRITES=2 -DREADS=1
 * RUN holds -DWRITERS=1 -DREADERS=2 -DWRITES=2 -DREADS=1
 * RUN fails -DBROKEN_UNLOCK      unlock's store is not a release: it may overtake the words
 * RUN fails -DBROKEN_CONFIRM     the reader looks at the sequence again before it has the words
 * RUN fails -DBROKEN_ODD         the writer does not make the sequence odd (it only counts)
 * RUN fails -DBROKEN_FALLBACK    a reader that has failed too often reads without taking the sequence
 */
#ifndef WRITERS
#define WRITERS 1
#endif
#ifndef READERS
#define READERS 1
#endif
#ifndef WRITES
#define WRITES 3
#endif
#ifndef READS
#define READS 2
#endif
#define FAILURES 2                /* 16 in the code: the number changes nothing but the length of runs */

byte seq, word[2];                /* memory */
byte number;                      /* of the newest write that was begun */
byte published;                   /* of the newest write that was ended; not part of the algorithm */

/* A writer's stores on their way to memory; 0: none. */
byte pending[WRITERS * 2];

/* The sequence, from even to odd; waits while it is odd. */
inline seq_lock()
{
	atomic { seq % 2 == 0 -> seq = seq + 1 }
}

proctype buffer(byte i)
{
end:	do
	:: atomic { pending[i] != 0 -> word[i % 2] = pending[i]; pending[i] = 0 }
	od
}

proctype writer(byte w)
{
	byte n, mine;

	do
	:: n == WRITES -> break
	:: else ->
#ifdef BROKEN_ODD
		atomic { number = number + 1; mine = number }
#else
		seq_lock();
		atomic { number = number + 1; mine = number }
#endif
		/* Words with release: they don't overtake the compare-exchange, which is in memory already. */
		atomic { pending[w * 2] == 0 -> pending[w * 2] = mine }
		atomic { pending[w * 2 + 1] == 0 -> pending[w * 2 + 1] = mine }
#ifndef BROKEN_UNLOCK
		pending[w * 2] == 0 && pending[w * 2 + 1] == 0;
#endif
#ifdef BROKEN_ODD
		atomic { seq = seq + 2; published = mine }
#else
		atomic { seq = seq + 1; published = mine }
#endif
		n++
	od
}

proctype reader()
{
	byte n, failures, s, again, a, b, newest;
	bool held;

	do
	:: n == READS -> break
	:: else ->
		newest = published;
		failures = 0;
		held = false;
		do
		:: failures < FAILURES ->
			s = seq;
			if
			:: s % 2 == 1 -> failures++
			:: else ->
#ifdef BROKEN_CONFIRM
				again = seq;
				a = word[0];
				b = word[1];
#else
				a = word[0];
				b = word[1];
				again = seq;
#endif
				if
				:: again == s -> break
				:: else -> failures++
				fi
			fi
		:: else ->
			/* As a writer would; and the same value back, for nothing was changed. */
#ifndef BROKEN_FALLBACK
			seq_lock();
			held = true;
#endif
			a = word[0];
			b = word[1];
			if
			:: held -> seq = seq - 1
			:: else
			fi;
			break
		od;
		assert(a == b);                 /* one write */
		assert(a >= newest);            /* and not an old one */
		n++
	od
}

init {
	byte i;

	atomic {
		for (i : 0 .. WRITERS * 2 - 1) {
			run buffer(i)
		}
		for (i : 0 .. WRITERS - 1) {
			run writer(i)
		}
		for (i : 0 .. READERS - 1) {
			run reader()
		}
	}
}
