package failpoint

import (
	"runtime"
	"slices"
	"sync"
	"testing"

	"sluice/pipelines"
)

// deaf is an observer that a test's own goroutines may tell.
type deaf struct {
	fakeObserver

	mu *sync.Mutex
}

func (d deaf) Noted(part pipelines.Partition, event pipelines.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fakeObserver.Noted(part, event)
}

// The last words are said before death, whichever point it is, and nothing is counted between them.
func TestNothingIsCountedBehindTheLastWords(t *testing.T) {
	for _, name := range Names() {
		t.Run(string(name), func(t *testing.T) {
			var mu sync.Mutex
			s := &script{}
			note := func(what string) { mu.Lock(); defer mu.Unlock(); s.note(what) }
			p, err := New(string(name)+"@1", func() { note("†") })
			if err != nil {
				t.Fatal(err)
			}
			obs := p.Observer(deaf{fakeObserver{s}, &mu})
			var other sync.WaitGroup
			p.LastWords(func() {
				note("words")
				begun := make(chan struct{})
				other.Go(func() { // another lane has taken records
					close(begun)
					obs.Noted(pipelines.Partition{}, pipelines.Event{Kind: pipelines.Consumed, N: 9})
				})
				<-begun
				for range 1000 {
					runtime.Gosched()
				}
			})
			p.at(name).hit()
			other.Wait()
			if want := []string{"words", "†", "noted"}; !slices.Equal(s.done, want) {
				t.Errorf("did %v, want %v", s.done, want)
			}
		})
	}
}

// A process that has nothing to say dies as well, and what is not armed takes no words.
func TestLastWordsMayBeNone(t *testing.T) {
	Points{}.LastWords(func() { t.Error("nobody dies") })
	s := &script{}
	s.armed(t, CommitAfter).at(CommitAfter).hit()
	if !slices.Equal(s.done, []string{"†"}) {
		t.Errorf("did %v", s.done)
	}
}
