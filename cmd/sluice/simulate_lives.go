package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"syscall"
	"time"

	"sluice/internal/printable"
	"sluice/internal/simulate/ledger"
)

// livingWithin is for all processes to answer: one that hangs must not hide how the others end.
const livingWithin = time.Second

// Living scrapes all processes at once, and leaves out those that do not answer. Where nobody listens nobody lives: a
// process ends its ops listener last.
func (c *processCounters) Living(ctx context.Context) []ledger.Life {
	ctx, cancel := context.WithTimeout(ctx, livingWithin)
	defer cancel()
	lives := make([]ledger.Life, len(c.urls))
	var all sync.WaitGroup
	for i, url := range c.urls {
		all.Go(func() {
			at := time.Now().UnixMilli()
			switch p, err := c.scrape(ctx, url); {
			case err == nil:
				lives[i] = ledger.Life{At: at, Process: p}
			case errors.Is(err, syscall.ECONNREFUSED):
				lives[i] = ledger.Life{At: at, Gone: time.Now().UnixMilli(), Process: ledger.Process{URL: printable.Address(url)}}
			}
		})
	}
	all.Wait()
	return slices.DeleteFunc(lives, func(l ledger.Life) bool { return l.At == 0 })
}
