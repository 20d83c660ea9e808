// server.go - a small service whose libraries are what the benchmark reads: HTTP, JSON, TLS
package main

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
)

type order struct {
	ID     string `json:"id"`
	Status int32  `json:"status"`
	Amount int64  `json:"amount"`
}

var served atomic.Int64

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		var one order
		if json.NewDecoder(r.Body).Decode(&one) == nil {
			served.Add(1)
		}
	})
	http.ListenAndServe("localhost:0", nil)
}
