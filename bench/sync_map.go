// sync_map.go - Go's sync.Map as a keyed store: what bench_store.c holds fieldguard against
//
//	sync_map KEYS ROUNDS PASS_MS
//
// 64-byte records by 8-byte keys, Zipf 0.99, two goroutines. A read copies the record that the map points to. A merge copies it,
// sets two fields and stores the copy: what services do, and two at once lose one. Prints a line for 5 and for 50 % merges: the
// share, and millions of operations a second in each round.
package main

import (
	"fmt"
	"math"
	"math/rand"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

type record struct {
	id, price, volume, at int64
	bid, ask              float64
	flags, state          int64
}

const batch = 512

// draw gives keys in proportion to 1 / (i + 1)^0.99, shuffled so that popular ones do not lie together.
func draw(keys int) []uint32 {
	sums := make([]float64, keys)
	sum := 0.0
	for i := range sums {
		sum += 1 / math.Pow(float64(i+1), 0.99)
		sums[i] = sum
	}
	names := rand.Perm(keys)
	drawn := make([]uint32, 1<<20)
	for i := range drawn {
		wanted := rand.Float64() * sum
		low, high := 0, keys-1
		for low < high {
			middle := (low + high) / 2
			if sums[middle] < wanted {
				low = middle + 1
			} else {
				high = middle
			}
		}
		drawn[i] = uint32(names[low])
	}
	return drawn
}

// work runs until the time is over. It returns its operations, and something of every record so that none is skipped.
func work(store *sync.Map, drawn []uint32, from, merges int, until time.Time) (int, int64) {
	done, seen := 0, int64(0)
	for at := from; ; {
		for i := 0; i < batch; i++ {
			key := uint64(drawn[at])
			at = (at + 1) % len(drawn)
			value, _ := store.Load(key)
			copied := *value.(*record)
			if at%100 < merges {
				copied.price += 1
				copied.volume = int64(at)
				store.Store(key, &copied)
			}
			seen += copied.price
		}
		done += batch
		if time.Now().After(until) {
			return done, seen
		}
	}
}

func pass(store *sync.Map, drawn []uint32, merges int, length time.Duration) float64 {
	var wait sync.WaitGroup
	done := make([]int, 2)
	seen := make([]int64, 2)
	start := time.Now()
	for g := range done {
		wait.Add(1)
		go func(g int) {
			defer wait.Done()
			done[g], seen[g] = work(store, drawn, g*len(drawn)/2, merges, start.Add(length))
		}(g)
	}
	wait.Wait()
	return float64(done[0]+done[1]) / time.Since(start).Seconds() / 1e6
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: sync_map KEYS ROUNDS PASS_MS")
		os.Exit(2)
	}
	keys, _ := strconv.Atoi(os.Args[1])
	rounds, _ := strconv.Atoi(os.Args[2])
	length, _ := strconv.ParseFloat(os.Args[3], 64)
	var store sync.Map
	for i := 0; i < keys; i++ {
		store.Store(uint64(i), &record{id: int64(i)})
	}
	drawn := draw(keys)
	// Reads of a map that was just filled take its lock until enough of them have missed.
	pass(&store, drawn, 0, 500*time.Millisecond)
	runtime.GC()
	for _, merges := range []int{5, 50} {
		fmt.Print(merges)
		for round := 0; round < rounds; round++ {
			fmt.Printf(" %.4f", pass(&store, drawn, merges, time.Duration(length*float64(time.Millisecond))))
		}
		fmt.Println()
	}
}
