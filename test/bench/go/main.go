// What Go's goroutine profile of parked goroutines takes: goroutines COUNT ROUNDS prints milliseconds as JSON.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"time"
)

type times struct {
	// The records alone, which is what the profile needs of the runtime.
	Fetch []float64 `json:"fetch"`
	// All of it, as net/http/pprof writes it.
	Debug0  []float64 `json:"debug0"`
	Debug1  []float64 `json:"debug1"`
	Version string    `json:"version"`
}

// Three calls deep, as the tasks that it is compared with.
func handle(started *sync.WaitGroup, never chan struct{})  { acquire(started, never) }
func acquire(started *sync.WaitGroup, never chan struct{}) { parkOnce(started, never) }
func parkOnce(started *sync.WaitGroup, never chan struct{}) {
	started.Done()
	<-never
}

func millis(work func()) float64 {
	startedAt := time.Now()
	work()
	return float64(time.Since(startedAt).Nanoseconds()) / 1e6
}

func write(debug int) {
	if err := pprof.Lookup("goroutine").WriteTo(&bytes.Buffer{}, debug); err != nil {
		panic(err)
	}
}

func main() {
	count, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	rounds, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	never := make(chan struct{})
	var started sync.WaitGroup
	started.Add(count)
	for i := 0; i < count; i++ {
		go handle(&started, never)
	}
	started.Wait()

	records := make([]runtime.StackRecord, count+100)
	result := times{Version: runtime.Version()}
	for round := -1; round < rounds; round++ {
		fetch := millis(func() {
			if n, ok := runtime.GoroutineProfile(records); !ok || n < count {
				panic(fmt.Sprintf("%d goroutines instead of %d", n, count))
			}
		})
		debug0 := millis(func() { write(0) })
		debug1 := millis(func() { write(1) })
		// The first round is cold.
		if round < 0 {
			continue
		}
		result.Fetch = append(result.Fetch, fetch)
		result.Debug0 = append(result.Debug0, debug0)
		result.Debug1 = append(result.Debug1, debug1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		panic(err)
	}
}
