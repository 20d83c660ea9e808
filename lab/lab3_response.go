// lab3_response.go - incident 3 as a Go service has it: a response struct that several goroutines fill at once
//
//	go run lab3_response.go [-guarded] [-workers N] [-for DURATION]
//
// The twin of lab3_response.c, for fieldguard watch: a request names a user, two lookups answer in JSON, their fields go
// into the response, the reply is encoded from it. Naive: one response for all workers. Guarded: one for each request.
// Ends with one line: replies, and how many of them mixed two users.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const users = 4096

type Response struct {
	User     uint32 `json:"user"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Cents    int64  `json:"balance"`
	Currency string `json:"currency"`
}

type profile struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type account struct {
	Cents    int64  `json:"balance"`
	Currency string `json:"currency"`
}

var (
	profiles, accounts [users][]byte
	right              [users]Response
	shared             = new(Response)
)

func prepare() {
	currencies := []string{"EUR", "CHF", "JPY", "NOK"}
	for i := range right {
		right[i] = Response{
			User: uint32(i), Name: fmt.Sprintf("Name %d", i), Email: fmt.Sprintf("user%d@example.org", i),
			Cents: int64(i)*1009 + 17, Currency: currencies[i%4],
		}
		profiles[i], _ = json.Marshal(profile{right[i].Name, right[i].Email})
		accounts[i], _ = json.Marshal(account{right[i].Cents, right[i].Currency})
	}
}

//go:noinline
func fillProfile(response *Response, user uint32) {
	var answer profile
	if json.Unmarshal(profiles[user], &answer) == nil {
		response.Name = answer.Name
		response.Email = answer.Email
	}
}

//go:noinline
func fillAccount(response *Response, user uint32) {
	var answer account
	if json.Unmarshal(accounts[user], &answer) == nil {
		response.Cents = answer.Cents
		response.Currency = answer.Currency
	}
}

//go:noinline
func answer(response *Response, user uint32) []byte {
	response.User = user
	fillProfile(response, user)
	fillAccount(response, user)
	reply, _ := json.Marshal(response)
	return reply
}

func main() {
	guarded := flag.Bool("guarded", false, "a response for each request")
	workers := flag.Int("workers", 2, "goroutines that answer")
	length := flag.Duration("for", 10*time.Second, "how long")
	flag.Parse()
	prepare()

	var replies, mixed int64
	var group sync.WaitGroup
	end := time.Now().Add(*length)
	for worker := 0; worker < *workers; worker++ {
		group.Add(1)
		go func(user uint32) {
			defer group.Done()
			for time.Now().Before(end) {
				user = (user*1103515245 + 12345) >> 3
				response := shared
				if *guarded {
					response = new(Response)
				}
				var got Response
				reply := answer(response, user%users)
				if json.Unmarshal(reply, &got) != nil || got != right[got.User%users] {
					atomic.AddInt64(&mixed, 1)
				}
				atomic.AddInt64(&replies, 1)
			}
		}(uint32(worker + 1))
	}
	group.Wait()
	fmt.Printf("%d replies, %d mixed\n", replies, mixed)
}
