// races.go - cases in Go: two goroutines that write one struct, wrongly or rightly; races.json says what is to be found
//
//	races_go NAME racy|right SECONDS
package main

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type worker struct {
	who    int
	rate   int // rounds a second; 0: as many as it can
	end    time.Time
	rounds int64
	random uint64
}

func (w *worker) next() uint64 {
	w.random ^= w.random << 13
	w.random ^= w.random >> 7
	w.random ^= w.random << 17
	return w.random
}

// going ends a round.
func (w *worker) going() bool {
	w.rounds++
	if w.rate == 0 {
		if w.rounds%64 != 0 {
			return true
		}
		return time.Now().Before(w.end)
	}
	time.Sleep(time.Second/time.Duration(w.rate) + time.Duration(w.next()%100)*time.Microsecond)
	return time.Now().Before(w.end)
}

var mutex sync.Mutex
var rwmutex sync.RWMutex

type FieldOrder struct{ ID, Status, Cents int64 }

var fieldOrder = new(FieldOrder)

//go:noinline
func (order *FieldOrder) SetStatus(status int64) {
	order.Status = status
	if status < 0 {
		order.Cents = 0
	}
}

func fieldRacy(w *worker) {
	for w.going() {
		fieldOrder.SetStatus(int64(w.next() >> 1))
	}
}

func fieldRight(w *worker) {
	for w.going() {
		mutex.Lock()
		fieldOrder.SetStatus(int64(w.next() >> 1))
		mutex.Unlock()
	}
}

type GlobalLimits struct{ Low, High int64 }

var globalLimits GlobalLimits

//go:noinline
func setHigh(high int64) {
	globalLimits.High = high
	if high < 0 {
		globalLimits.Low = 0
	}
}

func globalRacy(w *worker) {
	for w.going() {
		setHigh(int64(w.next() >> 1))
	}
}

func globalRight(w *worker) {
	for w.going() {
		rwmutex.Lock()
		setHigh(int64(w.next() >> 1))
		rwmutex.Unlock()
	}
}

type NestedAddress struct{ Zip, Street int64 }
type NestedUser struct {
	ID      int64
	Address NestedAddress
}

var nestedUser = new(NestedUser)

//go:noinline
func setZip(user *NestedUser, zip int64) {
	user.Address.Zip = zip
	if zip < 0 {
		user.ID = 0
	}
}

func nestedRacy(w *worker) {
	for w.going() {
		setZip(nestedUser, int64(w.next()>>1))
	}
}

// A token goes round by a channel: whoever has it writes.
var token = make(chan *NestedUser, 1)

func nestedRight(w *worker) {
	for w.going() {
		user := <-token
		setZip(user, int64(w.next()>>1))
		token <- user
	}
}

type SliceItem struct{ Price, Count int64 }

var sliceItems = make([]SliceItem, 4)

//go:noinline
func setPrice(items []SliceItem, i int, price int64) {
	items[i&3].Price = price
	if price < 0 {
		items[i&3].Count = 0
	}
}

func sliceRacy(w *worker) {
	for w.going() {
		setPrice(sliceItems, int(w.next()&3), w.rounds)
	}
}

func sliceRight(w *worker) {
	for w.going() {
		setPrice(sliceItems, w.who*2+int(w.next()&1), w.rounds)
	}
}

type MapEntry struct{ Seen, Hits int64 }

var mapEntries = map[string]*MapEntry{"a": {}, "b": {}}

//go:noinline
func see(entry *MapEntry, seen int64) {
	entry.Seen = seen
	if seen < 0 {
		entry.Hits = 0
	}
}

func mapRacy(w *worker) {
	for w.going() {
		see(mapEntries["a"], w.rounds)
	}
}

func mapRight(w *worker) {
	for w.going() {
		see(mapEntries[[]string{"a", "b"}[w.who]], w.rounds)
	}
}

type TextProfile struct {
	Name string
	Age  int64
}

var textProfile = new(TextProfile)
var names = []string{"Alice", "Bob", "Carol-Ann", "Dave"}

//go:noinline
func rename(profile *TextProfile, name string) {
	profile.Name = name
	if len(name) == 0 {
		profile.Age = 0
	}
}

func textRacy(w *worker) {
	for w.going() {
		rename(textProfile, names[w.next()&3])
	}
}

func textRight(w *worker) {
	for w.going() {
		mutex.Lock()
		rename(textProfile, names[w.next()&3])
		mutex.Unlock()
	}
}

type ReflectRecord struct{ Amount, Version int64 }

var reflectRecord = new(ReflectRecord)

//go:noinline
func setAmount(record *ReflectRecord, amount int64) {
	record.Amount = amount
	if amount < 0 {
		record.Version = 0
	}
}

func reflectRound(w *worker) {
	if w.who == 0 {
		setAmount(reflectRecord, w.rounds)
	} else {
		reflect.ValueOf(reflectRecord).Elem().Field(0).SetInt(w.rounds)
	}
}

func reflectRacy(w *worker) {
	for w.going() {
		reflectRound(w)
	}
}

func reflectRight(w *worker) {
	for w.going() {
		mutex.Lock()
		reflectRound(w)
		mutex.Unlock()
	}
}

type CountStats struct{ Hits, Misses int64 }
type AtomicStats struct{ Hits, Misses int64 }

var countStats = new(CountStats)
var atomicStats = new(AtomicStats)

//go:noinline
func (stats *CountStats) hit() {
	stats.Hits++
	if stats.Hits < 0 {
		stats.Misses = 0
	}
}

//go:noinline
func (stats *AtomicStats) hit() {
	atomic.AddInt64(&stats.Hits, 1)
}

func countRacy(w *worker) {
	for w.going() {
		countStats.hit()
	}
}

func countRight(w *worker) {
	for w.going() {
		atomicStats.hit()
	}
}

type OnceConfig struct{ Limit, Timeout int64 }

var onceConfig = new(OnceConfig)
var onces [1 << 16]sync.Once

//go:noinline
func configure(config *OnceConfig, limit int64) {
	config.Limit = limit
	if limit < 0 {
		config.Timeout = 0
	}
}

func onceRacy(w *worker) {
	for w.going() {
		configure(onceConfig, w.rounds)
	}
}

// Each round one of the two configures, after the last round's did.
func onceRight(w *worker) {
	for w.going() && w.rounds < int64(len(onces)) {
		onces[w.rounds].Do(func() {
			mutex.Lock()
			configure(onceConfig, w.rounds)
			mutex.Unlock()
		})
	}
}

type FreshAnswer struct{ Code, Size int64 }

var freshShared = new(FreshAnswer)
var freshSink atomic.Value

//go:noinline
func respond(answer *FreshAnswer, code int64) {
	answer.Code = code
	if code < 0 {
		answer.Size = 0
	}
}

func freshRacy(w *worker) {
	for w.going() {
		respond(freshShared, w.rounds)
	}
}

// One for each request, so that the collector gives addresses out again.
func freshRight(w *worker) {
	for w.going() {
		answer := new(FreshAnswer)
		respond(answer, w.rounds)
		freshSink.Store(answer)
	}
}

type BoxedSetting struct {
	Value any
	Count int64
}

var boxedSetting = new(BoxedSetting)
var boxes = []any{int64(1), "two", 3.0, []int{4}}

//go:noinline
func box(setting *BoxedSetting, value any) {
	setting.Value = value
	if value == nil {
		setting.Count = 0
	}
}

func boxedRacy(w *worker) {
	for w.going() {
		box(boxedSetting, boxes[w.next()&3])
	}
}

func boxedRight(w *worker) {
	for w.going() {
		rwmutex.Lock()
		box(boxedSetting, boxes[w.next()&3])
		rwmutex.Unlock()
	}
}

type ChainNode struct {
	Next *ChainNode
	Size int64
}

var chainHead = new(ChainNode)

//go:noinline
func link(node *ChainNode, next *ChainNode) {
	node.Next = next
	if next == nil {
		node.Size = 0
	}
}

// A new node each round: the collector is at work, and pointers are stored by its barrier at times.
func chainRacy(w *worker) {
	for w.going() {
		link(chainHead, &ChainNode{Size: w.rounds})
	}
}

func chainRight(w *worker) {
	for w.going() {
		next := &ChainNode{Size: w.rounds}
		mutex.Lock()
		link(chainHead, next)
		mutex.Unlock()
	}
}

type GroupTotal struct{ Sum, Parts int64 }

var groupTotals = []*GroupTotal{{}, {}}

//go:noinline
func sum(total *GroupTotal, value int64) {
	total.Sum = value
	if value < 0 {
		total.Parts = 0
	}
}

// A helper adds up; the racy one does not wait for it.
func groupRound(w *worker, wait bool) {
	var group sync.WaitGroup
	total := groupTotals[w.who]
	group.Add(1)
	go func() {
		for i := int64(0); i < 50; i++ {
			sum(total, i)
		}
		group.Done()
	}()
	if wait {
		group.Wait()
	}
	for i := int64(0); i < 50; i++ {
		sum(total, i)
	}
	group.Wait()
}

func groupRacy(w *worker) {
	for w.going() {
		groupRound(w, false)
	}
}

func groupRight(w *worker) {
	for w.going() {
		groupRound(w, true)
	}
}

type PipedRequest struct{ State, Size int64 }

var pipe = make(chan *PipedRequest, 16)
var pipedKept [16]PipedRequest

//go:noinline
func advance(request *PipedRequest, state int64) {
	request.State = state
	if state < 0 {
		request.Size = 0
	}
}

//go:noinline
func finish(request *PipedRequest) {
	request.State = -1
	if request.Size != 0 {
		request.Size = 0
	}
}

// Whoever sent a request away leaves it alone; the racy one does not.
func pipedRound(w *worker, racy bool) {
	if w.who == 1 {
		select {
		case request := <-pipe:
			finish(request)
		case <-time.After(time.Millisecond):
		}
		return
	}
	request := &pipedKept[w.rounds&15]
	if !racy {
		request = new(PipedRequest)
	}
	advance(request, w.rounds)
	select {
	case pipe <- request:
		if racy {
			advance(request, w.rounds)
		}
	default:
		runtime.Gosched()
	}
}

func pipedRacy(w *worker) {
	for w.going() {
		pipedRound(w, true)
	}
}

func pipedRight(w *worker) {
	for w.going() {
		pipedRound(w, false)
	}
}

type MixedView struct{ ID, Score, Rank int64 }

var mixedView = new(MixedView)

var thoughts [64]byte

// think takes some hundred nanoseconds, as a lookup would.
//
//go:noinline
func think() {
	for i := 0; i < 300; i++ {
		if thoughts[i&63] != 0 {
			panic("thought")
		}
	}
}

//go:noinline
func fillApart(view *MixedView, id int64) {
	mutex.Lock()
	view.ID = id
	mutex.Unlock()
	think()
	mutex.Lock()
	view.Score = id * 2
	mutex.Unlock()
	think()
	mutex.Lock()
	view.Rank = id * 3
	mutex.Unlock()
}

//go:noinline
func fillWhole(view *MixedView, id int64) {
	mutex.Lock()
	view.ID = id
	view.Score = id * 2
	view.Rank = id * 3
	mutex.Unlock()
}

func mixedRacy(w *worker) {
	for w.going() {
		fillApart(mixedView, int64(w.next()>>8))
	}
}

func mixedRight(w *worker) {
	for w.going() {
		fillWhole(mixedView, int64(w.next()>>8))
	}
}

var cases = map[string]struct {
	racy, right func(*worker)
	rate        int
}{
	"field":   {fieldRacy, fieldRight, 0},
	"global":  {globalRacy, globalRight, 1000},
	"nested":  {nestedRacy, nestedRight, 0},
	"slice":   {sliceRacy, sliceRight, 0},
	"map":     {mapRacy, mapRight, 0},
	"text":    {textRacy, textRight, 0},
	"reflect": {reflectRacy, reflectRight, 0},
	"count":   {countRacy, countRight, 0},
	"once":    {onceRacy, onceRight, 2000},
	"fresh":   {freshRacy, freshRight, 0},
	"boxed":   {boxedRacy, boxedRight, 0},
	"chain":   {chainRacy, chainRight, 0},
	"group":   {groupRacy, groupRight, 0},
	"piped":   {pipedRacy, pipedRight, 0},
	"mixed":   {mixedRacy, mixedRight, 0},
}

func main() {
	if len(os.Args) != 4 || cases[os.Args[1]].racy == nil {
		fmt.Fprintln(os.Stderr, "usage: races_go NAME racy|right SECONDS")
		os.Exit(2)
	}
	one := cases[os.Args[1]]
	work := one.right
	if os.Args[2] == "racy" {
		work = one.racy
	}
	seconds, _ := strconv.ParseFloat(os.Args[3], 64)
	start := time.Now().Add(5 * time.Millisecond) // for all, so that the first does not run alone
	end := start.Add(time.Duration(seconds * float64(time.Second)))
	token <- nestedUser
	var group sync.WaitGroup
	var rounds int64
	for who := 0; who < 2; who++ {
		group.Add(1)
		go func(who int) {
			w := worker{who: who, rate: one.rate, end: end, random: uint64(who+1) * 0x9e3779b97f4a7c15}
			time.Sleep(time.Until(start))
			work(&w)
			atomic.AddInt64(&rounds, w.rounds)
			group.Done()
		}(who)
	}
	group.Wait()
	fmt.Printf("%s %s: %d rounds\n", os.Args[1], os.Args[2], rounds)
}
