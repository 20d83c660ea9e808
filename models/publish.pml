/*
 * publish.pml - struct fg_publish: the snapshot group of a struct with pointers, published by pointer
 *
 * Each writer merges into a field of its own: a new block, the lock, a copy of the present block, the change; then it
 * publishes and unlocks and retires what it replaced, or drops the block, as a refused merge does. Readers open
 * sections, load the pointer, and look at the block's words one after the other, twice. There are few blocks, so memory is
 * used again at once, and a merge that finds none fails. What a writer stores to its block waits word by word, and
 * reaches memory in any order, all of it before a release. When what is retired may be freed is taken from epoch.pml: once
 * all sections that were open at that moment have ended.
 *
 * Holds: a reader's words are of one merge, not freed while it looks, not older than what was published when its section
 * began; no merge is lost, none that was dropped is seen; in the end all blocks but the present one are free.
 *
 * RUN holds
 * RUN holds -DREADERS=1 -DSECTIONS=1 -DMERGES=2
 * RUN fails -DBROKEN_RELEASE     the pointer is stored by a plain store
 * RUN fails -DBROKEN_LOCK        the present block is looked up before the lock
 * RUN fails -DBROKEN_SECTION     a reader loads the pointer before its section
 * RUN fails -DBROKEN_VIEW        a reader looks again after its section
 * RUN fails -DBROKEN_RETIRE      the present block is retired before the new one is published
 * RUN fails -DBROKEN_FREE        the replaced block is freed and not retired
 * RUN fails -DBROKEN_PLACE       the present block is changed where it is
 * RUN fails -DBROKEN_DROP        a merge that is refused keeps its block
 */
#ifndef READERS
#define READERS 2
#endif
#ifndef SECTIONS
#define SECTIONS 2
#endif
#define WRITERS 2
#ifndef MERGES
#define MERGES 1
#endif
#define BLOCKS 4
#define NONE 255
#define WORDS 3                          /* the two writers' fields, and what both together must give */
#define WORD(b, i) words[(b) * WORDS + (i)]
#define LATER(b, i) later[(b) * WORDS + (i)]
#define WAITING(b, i) waiting[(b) * WORDS + (i)]

byte cell = NONE;
bool locked;
byte words[BLOCKS * WORDS];
byte later[BLOCKS * WORDS];              /* stored, not in memory yet */
bool waiting[BLOCKS * WORDS];
bool used[BLOCKS], retired[BLOCKS];
byte watched[BLOCKS];                    /* sections, a bit each, that were open when it was retired */
byte sections;                           /* open now, a bit each */
byte published[WRITERS];                 /* what the block in the cell holds */
byte merged[WRITERS];                    /* merges that were committed */
byte writers_done, readers_done;

#define ALL_STORED(b) (!WAITING(b, 0) && !WAITING(b, 1) && !WAITING(b, 2))

#define DRAIN(i) :: d_step { waiting[i] -> words[i] = later[i]; later[i] = 0; waiting[i] = false }

proctype buffer()
{
end:	do
	DRAIN(0) DRAIN(1) DRAIN(2) DRAIN(3) DRAIN(4) DRAIN(5)
	DRAIN(6) DRAIN(7) DRAIN(8) DRAIN(9) DRAIN(10) DRAIN(11)
	od
}

/* Poisons what is freed. */
inline give_back(b)
{
	d_step {
		used[b] = false;
		for (i : 0 .. WORDS - 1) {
			WORD(b, i) = NONE;
			LATER(b, i) = 0;
			WAITING(b, i) = false
		}
		i = 0
	}
}

inline retire(b)
{
	atomic {
#ifdef BROKEN_FREE
		give_back(b)
#else
		watched[b] = sections;
		retired[b] = true
#endif
	}
}

#define COLLECT(b) :: atomic { retired[b] && watched[b] == 0 -> retired[b] = false; give_back(b) }

proctype collector()
{
	byte i;

end:	do
	COLLECT(0)
	COLLECT(1)
	COLLECT(2)
	COLLECT(3)
	od
}

proctype writer(byte me)
{
	byte n, block, old, mine, other, i;

	do
	:: n == MERGES -> break
	:: else ->
		n++;
		/* block_new: the allocator's lock orders who had the memory before. */
		atomic {
			block = 0;
			do
			:: block == BLOCKS -> block = NONE; break
			:: block < BLOCKS && !used[block] -> used[block] = true; break
			:: block < BLOCKS && used[block] -> block++
			od
		}
		if
		:: block == NONE -> goto next     /* -ENOMEM */
		:: else
		fi;
#ifdef BROKEN_LOCK
		old = cell;
#endif
		atomic { !locked -> locked = true }
#ifndef BROKEN_LOCK
		old = cell;
#endif
		/* Plain loads: nobody writes what is published. */
		d_step {
			if
			:: old != NONE ->
				assert(used[old]);
				mine = WORD(old, me);
				other = WORD(old, 1 - me)
			:: else
			fi
		}
#ifdef BROKEN_PLACE
		if
		:: old != NONE ->
			give_back(block);
			block = old;
			old = NONE
		:: else
		fi;
#endif
		d_step {
			LATER(block, me) = mine + 1;
			LATER(block, 1 - me) = other;
			LATER(block, 2) = (mine + 1) * (1 + 3 * me) + other * (4 - 3 * me);
			for (i : 0 .. WORDS - 1) {
				WAITING(block, i) = true
			}
			i = 0
		}
		if
		:: true ->
			/* commit */
#ifdef BROKEN_RETIRE
			if
			:: old != NONE -> retire(old)
			:: else
			fi;
#endif
#ifndef BROKEN_RELEASE
			ALL_STORED(block);
#endif
			atomic {
				cell = block;
				published[me] = mine + 1;
				published[1 - me] = other;
				merged[me]++
			}
			atomic { ALL_STORED(block) -> locked = false }
#ifndef BROKEN_RETIRE
			if
			:: old != NONE -> retire(old)
			:: else
			fi
#endif
#ifndef BROKEN_PLACE
		:: true ->
			/* refused: drop */
			locked = false;
#ifndef BROKEN_DROP
			give_back(block)
#endif
#endif
		fi;
next:		atomic { block = 0; old = 0; mine = 0; other = 0 }
	od;
	writers_done++
}

inline look(i, x)
{
	atomic { assert(used[block]); x = WORD(block, i) }
}

proctype reader(byte me)
{
	byte n, block, first, second, both, again;
	byte least[WRITERS];

	do
	:: n == SECTIONS -> break
	:: else ->
		n++;
		d_step {
			least[0] = published[0];
			least[1] = published[1];
#ifdef BROKEN_SECTION
			block = cell
#else
			sections = sections | (1 << me)
#endif
		}
#ifdef BROKEN_SECTION
		sections = sections | (1 << me);
#else
		block = cell;                    /* acquire */
#endif
		if
		:: block == NONE -> assert(least[0] == 0 && least[1] == 0)
		:: else ->
			look(2, both);
			look(0, first);
			look(1, second);
			assert(both == first + 4 * second);
			assert(first >= least[0] && second >= least[1]);
#ifndef BROKEN_VIEW
			look(0, again);
			assert(again == first)
#endif
		fi;
		d_step {
			sections = sections & ~(1 << me);
			again = 0;
			do
			:: again < BLOCKS -> watched[again] = watched[again] & ~(1 << me); again++
			:: else -> break
			od;
			again = 0
		}
#ifdef BROKEN_VIEW
		if
		:: block != NONE ->
			look(0, again);
			assert(again == first)
		:: else
		fi;
#endif
		d_step { block = 0; first = 0; second = 0; both = 0; again = 0; least[0] = 0; least[1] = 0 }
	od;
	readers_done++
}

init {
	byte i, n;

	atomic {
		run buffer();
		run collector();
		for (i : 0 .. READERS - 1) {
			run reader(i)
		}
		run writer(0);
		run writer(1);
		i = 0
	}
	readers_done == READERS && writers_done == WRITERS;
	!retired[0] && !retired[1] && !retired[2] && !retired[3];
	atomic {
		for (i : 0 .. BLOCKS - 1) {
			assert(used[i] == (i == cell))
		}
		if
		:: cell != NONE -> assert(WORD(cell, 0) == merged[0] && WORD(cell, 1) == merged[1])
		:: else -> assert(merged[0] + merged[1] == 0)
		fi
	}
}
