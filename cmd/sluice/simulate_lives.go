package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"sluice/internal/simulate/ledger"
)

// livingWithin is for all processes to answer: one that hangs must not hide how the others end.
const livingWithin = time.Second

// Living scrapes all processes at once, and leaves out those that do not answer.
func (c *processCounters) Living(ctx context.Context) []ledger.Life {
	ctx, cancel := context.WithTimeout(ctx, livingWithin)
	defer cancel()
	lives := make([]ledger.Life, len(c.urls))
	var all sync.WaitGroup
	for i, url := range c.urls {
		all.Go(func() {
			at := time.Now().UnixMilli()
			if p, err := c.scrape(ctx, url); err == nil {
				lives[i] = ledger.Life{At: at, Process: p}
			}
		})
	}
	all.Wait()
	return slices.DeleteFunc(lives, func(l ledger.Life) bool { return l.At == 0 })
}
