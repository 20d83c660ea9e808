// stores.go - Go's stores: a word, a string in two, a pointer past the collector and through its barrier, atomic ones
//
// types: main.order main.customer
// expect: main.order.id main.setID 8 plain
// expect: main.order.name.len main.setName 8 split
// expect: main.order.name.str main.setName 8 split
// expect: main.order.name.str main.setName 8 barrier
// expect: main.order.next main.setNext 8 plain
// expect: main.order.next main.setNext 8 barrier
// expect: main.order.customer.age main.setAge 8 plain
// expect: main.order.customer.age main.setCustomer 8 split
// expect: main.order.customer.points main.setCustomer 8 split
// expect: main.order.prices[] main.setPrice 8 plain
// expect: main.order.status main.storeStatus 4 locked
// expect: main.order.status main.addStatus 4 locked
package main

import (
	"os"
	"sync/atomic"
)

type customer struct {
	age    int64
	points int64
}

type order struct {
	id       int64
	name     string
	next     *order
	customer customer
	prices   [4]int64
	status   int32
}

//go:noinline
func setID(o *order, v int64) { o.id = v }

//go:noinline
func setName(o *order, v string) { o.name = v }

//go:noinline
func setNext(o *order, v *order) { o.next = v }

//go:noinline
func setAge(o *order, v int64) { o.customer.age = v }

//go:noinline
func setCustomer(o *order, c *customer) { o.customer = *c }

//go:noinline
func setPrice(o *order, i int, v int64) { o.prices[i&3] = v }

//go:noinline
func storeStatus(o *order, v int32) { atomic.StoreInt32(&o.status, v) }

//go:noinline
func addStatus(o *order, v int32) { atomic.AddInt32(&o.status, v) }

var shared = &order{}

func main() {
	n := int64(len(os.Args))
	setID(shared, n)
	setName(shared, os.Args[0])
	setNext(shared, &order{})
	setAge(shared, n)
	setCustomer(shared, &customer{n, n})
	setPrice(shared, int(n), n)
	storeStatus(shared, int32(n))
	addStatus(shared, 1)
}
