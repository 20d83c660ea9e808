// watch_policies.go - a global order with policies from a file, that two goroutines write rightly or wrongly
//
//	watch_policies wrong|right SECONDS
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type order struct {
	views  int64
	seq    int64
	opened int64
	amount int64
}

var current order
var lock sync.Mutex

//go:noinline
func renew() { current.seq++ }

//go:noinline
func reopen(when int64) { current.opened = when }

//go:noinline
func view() { current.views++ }

//go:noinline
func viewRight() { atomic.AddInt64(&current.views, 1) }

//go:noinline
func pay() { current.amount++ }

func work(number int64, wrong bool, end time.Time, done *sync.WaitGroup) {
	defer done.Done()
	for time.Now().Before(end) {
		lock.Lock()
		if wrong {
			view()
			renew()
			reopen(number + 5)
		} else {
			viewRight()
			pay()
			if number == 0 {
				renew()
			}
		}
		lock.Unlock()
		time.Sleep(300 * time.Microsecond)
	}
}

func main() {
	seconds, _ := strconv.ParseFloat(os.Args[2], 64)
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	var done sync.WaitGroup
	reopen(4)
	fmt.Println("ready")
	done.Add(2)
	for i := int64(0); i < 2; i++ {
		go work(i, os.Args[1] == "wrong", end, &done)
	}
	done.Wait()
}
