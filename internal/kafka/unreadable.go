package kafka

import (
	"errors"
	"fmt"

	"github.com/IBM/sarama"
)

// Why records are skipped, as metrics have it.
const (
	skipCorrupt  = "corrupt"           // they fail their checksum or cannot be unpacked
	skipUnpacked = "unpacks_too_large" // they unpack to more than Prepare allows
	skipFetch    = "larger_than_fetch" // they are more than GroupConfig.FetchMaxBytes
)

// corruptTries is how often a corrupt batch is asked for, each time on a new connection
// and of whoever leads by then: it may have been damaged on its way, or on one disk alone.
const corruptTries = 4

// errLarger says that a batch cannot be had whole.
var errLarger = errors.New("more than may be fetched")

// unreadable deals with an answer that came and cannot be taken apart. Such a batch would
// hold the partition for ever, so it is skipped, once it is certain which one it is, that it
// stays as it is, and where it ends. Until then the error is returned, and the same is asked again.
func (f *fetcher) unreadable(err error) (answer, error) {
	front, whole := f.tap.front()
	if !whole {
		return answer{}, err // the connection's fault
	}
	if front.bytes > front.batchBytes { // which of its batches?
		f.careful, f.bytes = int64(f.group.FetchBytes), 1
		return answer{}, err
	}
	f.puzzles++
	reason, tries := skipCorrupt, corruptTries
	switch {
	case errors.Is(err, sarama.ErrDecompressedBatchTooLarge):
		reason, tries = skipUnpacked, 1
	case errors.Is(err, errLarger):
		reason, tries = skipFetch, 1
	}
	if f.puzzles < tries || !front.ends(f.next, reason == skipUnpacked) {
		return answer{}, err
	}
	got := answer{from: f.next, next: front.last + 1}
	f.obs.GroupSkipped(f.part, got.from, got.next, reason, err)
	f.hangUp()
	f.miss(got.next)
	return got, nil
}

// ends says whether the batch's head can be believed about where the batch ends. What a good checksum
// covers is believed; without one its two ways of saying it must agree.
func (f front) ends(next int64, checked bool) bool {
	agrees := checked || f.records < 0 || f.last-f.first+1 == f.records
	return agrees && f.last >= next && f.last < f.end && (f.first <= next || f.records < 0)
}

// miss goes on behind offsets that will never be read.
func (f *fetcher) miss(to int64) {
	f.epochs.since(f.next, unknownEpoch)
	f.pass(hole{from: f.next, to: to})
	f.advance(to, unknownEpoch)
}

// advance goes on behind what was read or skipped; epoch is of the last record of it. After an answer with an unreadable
// batch one batch is asked for at a time, for as many bytes as that answer may have had.
func (f *fetcher) advance(next int64, epoch int32) {
	f.next, f.epoch, f.bytes, f.puzzles = next, epoch, f.group.FetchBytes, 0
	if f.careful == 0 {
		return
	}
	if front, whole := f.tap.front(); whole {
		f.careful = max(f.careful-front.bytes, 0)
	}
	if f.careful > 0 {
		f.bytes = 1
	}
}

// grow asks for more the next time, when the next batch is larger than what was asked for.
func (f *fetcher) grow() (answer, error) {
	if front, whole := f.tap.front(); whole && front.bytes >= front.batchBytes {
		return f.unreadable(fmt.Errorf("the batch at offset %d ends within a record", f.next))
	}
	if f.bytes >= f.group.FetchMaxBytes {
		return f.unreadable(fmt.Errorf("the batch at offset %d is larger than %d bytes: %w", f.next, f.bytes, errLarger))
	}
	f.bytes = int32(min(2*int64(f.bytes), int64(f.group.FetchMaxBytes)))
	return answer{from: f.next, next: f.next}, nil
}
