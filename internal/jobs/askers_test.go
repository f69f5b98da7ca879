package jobs

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sluice/internal/apikeys"
	"sluice/internal/httpserver"
	"sluice/internal/query"
	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// life is what is true of one member, by the calendar and by what the test has done to it.
type life struct {
	id    string
	last  int64    // the number of its last order
	steps []step   // in order of time
	says  []string // the changes that must be announced, in their order, each once

	turned []string // announced behind these if the turn was there before the late order; nil = it is known who comes first
}

// step is a level from a moment on.
type step struct {
	from  time.Time
	level string
}

// at is the level at a moment, ms.
func (l *life) at(ms int64) (level string) {
	for _, s := range l.steps {
		if s.from.UnixMilli() <= ms {
			level = s.level
		}
	}
	return level
}

// askers ask for members as anybody does, by GET /v1/members/{id}, and hold each answer against the member's life.
type askers struct {
	t   testing.TB
	api http.Handler

	mu    sync.RWMutex // read: an answer is awaited; write: an event is on its way, and until it is there two answers are right
	lives []*life
	reads atomic.Int64
	next  atomic.Int64 // whose turn it is among lives
}

// nowhere has no drivers.
type nowhere struct {
	query.Drivers
	query.Area
}

func newAskers(t testing.TB, members query.Members, inForce *rules.Rules) *askers {
	t.Helper()
	keys, err := apikeys.New(apikeys.Config{})
	if err != nil {
		t.Fatal(err)
	}
	q, err := query.New(query.Config{Timeout: time.Hour}, query.Deps{
		Drivers: nowhere{}, Area: nowhere{}, Members: members, Rules: inForce, Keys: keys, Observer: query.Nobody{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &askers{t: t, api: httpserver.Mux(q.Routes()...)}
}

// ask asks for the next n members.
func (r *askers) ask(n int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for range min(n, len(r.lives)) {
		r.one(r.lives[int(r.next.Add(1))%len(r.lives)])
	}
}

func (r *askers) one(l *life) {
	w := httptest.NewRecorder()
	r.api.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/v1/members/"+l.id, http.NoBody))
	var said struct {
		At         int64
		Level      string
		ValidUntil *int64
	}
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != http.StatusOK {
		r.t.Errorf("%s: %d %s", l.id, w.Code, w.Body)
		return
	}
	r.reads.Add(1)
	if want := l.at(said.At); said.Level != want {
		r.t.Errorf("%s is %s at %s, want %s", l.id, said.Level, time.UnixMilli(said.At).UTC(), want)
	}
	if said.ValidUntil != nil && *said.ValidUntil <= said.At {
		r.t.Errorf("%s at %d: valid until %d", l.id, said.At, *said.ValidUntil)
	}
}

// watch asks for some members again and again, most often about a moment, until ctx ends.
func (r *askers) watch(ctx context.Context, moment time.Time) {
	const some, close = 40, 20 * time.Millisecond
	for ctx.Err() == nil {
		r.ask(some)
		wait := time.Minute
		switch away := time.Until(moment).Abs(); {
		case away < close:
			wait = time.Millisecond
		case time.Now().Before(moment):
			wait = min(wait, time.Until(moment)-close+time.Millisecond)
		case away < 15*time.Minute:
			wait = 5 * time.Second
		}
		pause(ctx, wait)
	}
}

// happens carries an event to the store, after which a member has another level.
func (r *askers) happens(w *town, l *life, event func() pipelines.Write, level string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.write([]pipelines.Write{event()})
	l.steps = append(l.steps, step{time.Now(), level})
}

// says is a change of level in short.
func says(c *schemas.LevelChanged) string { return c.From + ">" + c.To + " " + c.Cause }
