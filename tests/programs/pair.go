// pair.go - the article's example (chapter 2.4): a struct filled field by field can be seen half filled
//
// types: main.Pair
// expect: main.Pair.A main.writeNonAtomic 8 plain
// expect: main.Pair.B main.writeNonAtomic 8 plain
package main

import "os"

type Pair struct{ A, B int64 }

//go:noinline
func writeNonAtomic(p *Pair) {
	p.A = 1
	p.B = 2
}

var shared *Pair

func main() {
	shared = new(Pair)
	writeNonAtomic(shared)
	if shared.A+shared.B != 3 {
		os.Exit(1)
	}
}
