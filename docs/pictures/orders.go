// orders.go - the struct of docs/pictures/go_order.svg
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Item is one line of an order.
type Item struct {
	Name  string
	Price int64
}

// Order is filled by several goroutines.
type Order struct {
	mu      sync.Mutex
	Paid    bool
	Amount  int64
	ID      string
	Items   []Item
	ByName  map[string]*Item
	Extra   interface{}
	views   atomic.Int64
	Shipped bool
	retries atomic.Int32
}

func main() {
	order := &Order{ID: "A-1"}
	order.mu.Lock()
	order.Amount = 1250
	order.mu.Unlock()
	order.views.Add(1)
	order.retries.Add(1)
	fmt.Println(order)
}
