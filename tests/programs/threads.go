// threads.go - where goroutines begin
//
// thread: main.main main
// thread: main.plain go statement
// thread: main.main.func1 go statement
// thread: main.main.func2 go statement
// reach: main.main.func1: main.leaf
// reach: main.main.func2: main.withArgument main.leaf
package main

import "time"

var sink int

//go:noinline
func leaf() { sink++ }

//go:noinline
func plain() { sink = 4 }

//go:noinline
func withArgument(n int) { leaf(); sink = n }

func main() {
	n := int(time.Now().Unix())
	go plain()
	go func() { leaf(); sink = n }()
	go withArgument(n)
	time.Sleep(time.Millisecond)
}
