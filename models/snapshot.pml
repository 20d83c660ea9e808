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
 * RUN fails -DBROKEN_MARK        the writer only holds the sequence, and does not mark that it changes words
 * RUN fails -DBROKEN_ORDER       the words don't wait for the mark: they may overtake it
 * RUN fails -DBROKEN_FALLBACK    a reader that has failed too often reads without holding the sequence
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
#define FAILURES 2                /* 6 in the code: the number changes nothing but the length of runs */

#define HELD 1
#define WRITING 2

byte seq, word[2];                /* memory; seq: 4 times the writes, and the marks */
byte number;                      /* of the newest write that was begun */
byte published;                   /* of the newest write that was ended; not part of the algorithm */

/* A writer's stores on their way to memory; 0: none. */
byte pending[WRITERS * 2];
byte pending_seq[WRITERS];

/* Waits while somebody holds the sequence. */
inline seq_hold()
{
	atomic { (seq & HELD) == 0 -> seq = seq | HELD }
}

proctype buffer_seq(byte w)
{
end:	do
	:: atomic { pending_seq[w] != 0 -> seq = pending_seq[w]; pending_seq[w] = 0 }
	od
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
		seq_hold();
		atomic { number = number + 1; mine = number }
#ifndef BROKEN_MARK
		pending_seq[w] = seq | WRITING;
#ifndef BROKEN_ORDER
		/* Words with release: they don't overtake the mark. */
		pending_seq[w] == 0;
#endif
#endif
		atomic { pending[w * 2] == 0 -> pending[w * 2] = mine }
		atomic { pending[w * 2 + 1] == 0 -> pending[w * 2 + 1] = mine }
		pending_seq[w] == 0;
#ifndef BROKEN_UNLOCK
		pending[w * 2] == 0 && pending[w * 2 + 1] == 0;
#endif
		atomic { seq = (seq | WRITING) + 4 - WRITING - HELD; published = mine }
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
			:: (s & WRITING) -> failures++
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
				:: (again | HELD) == (s | HELD) -> break
				:: else -> failures++
				fi
			fi
		:: else ->
			/* As a writer would, without the mark; and the same value back, for nothing was changed. */
#ifndef BROKEN_FALLBACK
			seq_hold();
			held = true;
#endif
			a = word[0];
			b = word[1];
			if
			:: held -> seq = seq - HELD
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
			run buffer_seq(i);
			run writer(i)
		}
		for (i : 0 .. READERS - 1) {
			run reader()
		}
	}
}
