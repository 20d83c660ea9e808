// policies.go - one struct with policies from a file, written rightly and wrongly by goroutines
//
// policy: main.order.status   atomic
// policy: main.order.amount   mutex=money
// policy: main.order.seq      owner
// policy: main.order.seen     owner
// policy: main.order.created  once
//
// finding: atomic main.order.status main.setStatus
// finding: lock main.order.amount main.payBare
// finding: owner main.order.seq main.renew
// finding: once main.order.created main.reopen
//
// What is right stands beside it, and nothing is said of it: see the functions whose names end in Right.
package main

import (
	"os"
	"sync"
	"sync/atomic"
)

type order struct {
	status  int64
	amount  int64
	seq     int64
	seen    int64
	created int64
	lock    sync.Mutex
}

//go:noinline
func setStatus(o *order, v int64) { o.status = v }

//go:noinline
func storeStatusRight(o *order, v int64) { atomic.StoreInt64(&o.status, v) }

//go:noinline
func payRight(o *order, v int64) {
	o.lock.Lock()
	o.amount += v
	o.lock.Unlock()
}

//go:noinline
func payBare(o *order, v int64) { o.amount += v }

//go:noinline
func number(o *order) { o.seq = 1 }

//go:noinline
func renew(o *order) { o.seq++ }

//go:noinline
func seeRight(o *order) { o.seen++ }

//go:noinline
func create(o *order) { o.created = 1 }

//go:noinline
func reopen(o *order) { o.created = 2 }

var shared = &order{}

func main() {
	var group sync.WaitGroup
	n := int64(len(os.Args))

	number(shared)
	create(shared)
	group.Add(1)
	go func() {
		renew(shared)
		seeRight(shared)
		reopen(shared)
		payBare(shared, n)
		group.Done()
	}()
	setStatus(shared, n)
	storeStatusRight(shared, n)
	payRight(shared, n)
	group.Wait()
}
