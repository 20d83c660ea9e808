/*
 * scan_pair.go - what Go can say of a type, for the reader of debug information
 *
 * = main.Pair: size 136 align 8
 * = main.Pair: go kind 25
 * = main.Pair.A: 0+64 int64
 * = main.Pair.B: 64+64 int64
 * = main.Pair.Name: 128+128 string
 * = main.Pair.S: 256+192 []int
 * = main.Pair.M: 448+64 map[string]*main.Pair
 * = main.Pair.I: 512+128 interface {}
 * = main.Pair.E: 640+128 error
 * = main.Pair.C: 768+64 chan int
 * = main.Pair.F: 832+64 func(int) bool
 * = main.Pair.Arr: 896+96 [3]int32
 * = main.Pair.T: 1024+64 *main.Tree
 * = main.Tree.Left: 0+64 *main.Tree
 * = string.str: 0+64 *uint8
 * = string.len: 64+64 int
 * = []int.cap: 128+64 int
 * = global main.G: main.Pair
 * = function main.main: void
 * = function main.(*Pair).Set: void
 */
package main

type Tree struct {
	Left, Right *Tree
	Key         string
}

type Pair struct {
	A, B int64
	Name string
	S    []int
	M    map[string]*Pair
	I    interface{}
	E    error
	C    chan int
	F    func(int) bool
	Arr  [3]int32
	T    *Tree
}

var G Pair

//go:noinline
func (p *Pair) Set(v int64) {
	p.A = v
	p.B = v
	p.S = append(p.S, int(v))
	p.T = &Tree{Key: p.Name}
}

func main() {
	p := &Pair{Name: "x", M: map[string]*Pair{}}
	p.Set(3)
	G.A = p.B
	p.M["y"] = &G
	println(p.A, G.A, p.T.Key, p.I == nil, p.F == nil)
}
