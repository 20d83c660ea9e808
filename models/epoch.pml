/*
 * epoch.pml - read sections, struct fg_once_swap, and what epoch.c frees
 *
 * Writers replace the value of one cell; readers open sections, look at the value twice and leave; who retires and who
 * leaves late looks at all slots. Stores of a reader to its slot wait in a store buffer, first in first out, while the
 * reader goes on loading (x86-TSO; P. Sewell and others, 2010). A read-modify-write waits until the buffer of its thread
 * is empty and then works on memory. -DSC has no buffers: there the plain store of BROKEN_ANNOUNCE passes, which
 * is why the buffers are here.
 *
 * Holds: no value is freed while a section that got it is open; none is freed twice; when all have left and somebody
 * looks once more, all values but the one in the cell have been freed; nobody waits for ever.
 *
 * RUN holds
 * LONG holds -DWRITERS=2 -DREPLACES=1 -DSECTIONS=1
 * RUN holds -DREADERS=3 -DSECTIONS=1 -DREPLACES=1
 * RUN holds -DSC
 * RUN holds -DSC -DBROKEN_ANNOUNCE   not seen without store buffers
 * RUN fails -DBROKEN_ANNOUNCE    a reader announces by a plain store
 * RUN fails -DBROKEN_SCAN        nobody looks at the slots
 * RUN fails -DBROKEN_MARK        pieces are marked with the epoch in which they can still be found
 * RUN fails -DBROKEN_RETIRE      a piece is retired before it is unlinked
 * RUN fails -DBROKEN_BUMP        the slots are looked at before the epoch goes up
 */
#ifndef READERS
#define READERS 2
#endif
#ifndef SECTIONS
#define SECTIONS 2
#endif
#ifndef WRITERS
#define WRITERS 1
#endif
#ifndef REPLACES
#define REPLACES 2
#endif
#define VALUES (WRITERS * REPLACES + 1)
#define NONE 255

byte cell, next_value = 1;               /* values are numbers; 0 is there at first */
bool cell_locked;
bool freed[VALUES], retired[VALUES], queued[VALUES];
byte mark[VALUES];
byte epoch = 1;
bool locked;                             /* epoch.c's lock */
byte announced[READERS];
chan buffer[READERS] = [2] of { byte };
byte readers_done, writers_done;

proctype drain(byte r)
{
	byte x;

end:	do
	:: atomic { buffer[r]?x -> announced[r] = x }
	od
}

inline store(r, x)
{
#ifdef SC
	announced[r] = x
#else
	buffer[r]!x
#endif
}

inline exchange(r, x)
{
	atomic { empty(buffer[r]) -> announced[r] = x }
}

inline scan()
{
	oldest = NONE;
#ifndef BROKEN_SCAN
	for (i : 0 .. READERS - 1) {
		atomic {
			if
			:: announced[i] != 0 && announced[i] < oldest -> oldest = announced[i]
			:: else
			fi
		}
	}
#endif
	skip
}

/* take_retired, oldest_reader and take_unseen, under the lock; then the frees. */
inline look()
{
	atomic { !locked -> locked = true }
#ifdef BROKEN_BUMP
	scan();
#endif
	d_step {
		taken = false;
		for (i : 0 .. VALUES - 1) {
			if
			:: retired[i] ->
				retired[i] = false;
				queued[i] = true;
#ifdef BROKEN_MARK
				mark[i] = epoch;
#else
				mark[i] = epoch + 1;
#endif
				taken = true
			:: else
			fi
		}
		i = 0
	}
	if
	:: taken -> epoch = epoch + 1
	:: else
	fi;
#ifndef BROKEN_BUMP
	scan();
#endif
	d_step {
		for (i : 0 .. VALUES - 1) {
			if
			:: queued[i] && mark[i] <= oldest ->
				assert(!freed[i]);
				freed[i] = true;
				queued[i] = false
			:: else
			fi
		}
		i = 0
	}
	locked = false
}

proctype reader(byte r)
{
	byte n, entered, value, i, oldest;
	bool taken;

	do
	:: n == SECTIONS -> break
	:: else ->
		entered = epoch;                 /* acquire load */
#ifdef BROKEN_ANNOUNCE
		store(r, entered);
#else
		exchange(r, entered);
#endif
		value = cell;                    /* acquire load */
		assert(!freed[value]);
		assert(!freed[value]);           /* and some time later */
		store(r, 0);                     /* release */
		if
		:: entered != epoch -> look()
		:: else
		fi;
		n++
	od;
	readers_done++
}

proctype writer()
{
	byte n, old, i, oldest;
	bool taken;

	do
	:: n == REPLACES -> break
	:: else ->
		atomic { !cell_locked -> cell_locked = true }
		old = cell;
#ifdef BROKEN_RETIRE
		retired[old] = true;
		look();
#endif
		/* In memory before the unlock and the push, which are read-modify-writes. */
		d_step { cell = next_value; next_value = next_value + 1 }
		cell_locked = false;
#ifndef BROKEN_RETIRE
		retired[old] = true;
		look();
#endif
		n++
	od;
	writers_done++
}

init {
	byte i, oldest;
	bool taken;

	atomic {
		for (i : 0 .. READERS - 1) {
			run drain(i);
			run reader(i)
		}
		for (i : 0 .. WRITERS - 1) {
			run writer()
		}
		i = 0
	}
	readers_done == READERS && writers_done == WRITERS;
	for (i : 0 .. READERS - 1) {
		empty(buffer[i])
	}
	look();
	for (i : 0 .. VALUES - 1) {
		assert(freed[i] == (i != cell))
	}
}
