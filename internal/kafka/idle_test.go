package kafka

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/IBM/sarama"
)

func TestIdlePausesOnlyWhileRecordsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		claim := waiting{messages: make(chan *sarama.ConsumerMessage, 1)}
		pauses := paused{calls: make(chan string, 10)}
		i := newIdle(pauses, claim, time.Second)
		expect := func(want ...string) {
			t.Helper()
			synctest.Wait()
			for _, call := range want {
				select {
				case got := <-pauses.calls:
					if got != call {
						t.Fatalf("the client was told to %s, want %s", got, call)
					}
				default:
					t.Fatalf("the client was not told to %s", call)
				}
			}
			if len(pauses.calls) > 0 {
				t.Fatalf("the client was told to %s", <-pauses.calls)
			}
		}
		time.Sleep(5 * time.Second)
		expect() // nothing waits
		claim.messages <- &sarama.ConsumerMessage{}
		time.Sleep(1100 * time.Millisecond)
		expect("pause")
		i.stir()
		expect("resume")
		time.Sleep(5 * time.Second)
		expect() // inside Poll
		i.rest()
		time.Sleep(900 * time.Millisecond)
		expect()
		time.Sleep(200 * time.Millisecond)
		expect("pause")
		i.end()
		expect("resume") // or the partition would come back paused
		i.rest()
		time.Sleep(5 * time.Second)
		expect() // a Poll that outlives the lane starts nothing
	})
}
