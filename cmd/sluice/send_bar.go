package main

import (
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"sluice/internal/telemetry"
)

// sendBar draws how far sending is, where a person watches: the bytes of the files, or,
// once it is known how many records there are, those.
type sendBar struct {
	bar     *progressbar.ProgressBar // nil when nobody watches
	records atomic.Bool
}

func newSendBar(w io.Writer, files []string) *sendBar {
	if !telemetry.IsTerminal(w) {
		return &sendBar{}
	}
	return &sendBar{bar: progressbar.NewOptions64(sizeOf(files),
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("reading and sending"), progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())}
}

// sizeOf is the files' size together, -1 (a spinner) when one has none.
func sizeOf(files []string) int64 {
	var total int64
	for _, name := range files {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			return -1 // opening it will say what is wrong
		}
		total += info.Size()
	}
	return total
}

// Bytes counts what was read of the files.
func (b *sendBar) Bytes(n int) {
	if !b.records.Load() {
		b.add(n)
	}
}

// Records counts answered records, once their number is known.
func (b *sendBar) Records(n int) {
	if b.records.Load() {
		b.add(n)
	}
}

// Total switches from bytes to records.
func (b *sendBar) Total(n int) {
	if b.bar == nil {
		return
	}
	b.bar.Reset()
	b.bar.ChangeMax(n)
	b.bar.Describe("sending records")
	b.records.Store(true)
}

func (b *sendBar) add(n int) {
	if b.bar != nil {
		_ = b.bar.Add(n) // a bar that cannot be drawn must not stop the sending
	}
}

func (b *sendBar) end() {
	if b.bar != nil {
		_ = b.bar.Finish() // as above
	}
}
