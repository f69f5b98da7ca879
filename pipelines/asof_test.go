package pipelines_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
)

// A replay decides by age as it was decided then: neither the gate nor an outage of the store
// drops what is old by now.
func TestAgesAsOfTheRecordsThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stream := func() pipelines.Stream[note] {
			return &notes{create: true, age: pipelines.AgeGate{MaxAge: time.Minute}}
		}
		r := start(t, 1, pipelines.Config{AsOfRecord: true}, stream, func(r *rig) {
			r.store.Break(func(context.Context, []pipelines.Write, []pipelines.Result) (bool, error) {
				return true, errors.New("connection refused")
			})
		})
		old := rec("old", 1)
		old.Time -= time.Hour.Milliseconds()
		r.group.Append(0, old, rec("new", 2))
		sleep(5 * time.Minute)
		r.store.Break(nil)
		sleep(time.Minute)
		if docs := r.store.Docs(); len(docs) != 2 || r.obs.Reason(pipelines.ReasonAge) != 0 {
			t.Errorf("%d documents, %d dropped for age", len(docs), r.obs.Reason(pipelines.ReasonAge))
		}
	})
}
