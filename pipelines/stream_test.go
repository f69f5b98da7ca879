package pipelines_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/pipelines"
	"sluice/pipelines/pipelinestest"
)

// note is the typed record of these tests: "key version [age-ms]" on the wire; a value
// that begins with '!' cannot be decoded.
type note struct {
	key     string
	version int64
	at      int64 // ms since 1970 UTC
	offset  int64
}

type notes struct {
	age    pipelines.AgeGate
	create bool // one document per offset instead of the newest per key
}

func (s *notes) Decode(rec *pipelines.Record, n *note) error {
	*n = note{offset: rec.Offset, at: rec.Time}
	fields := strings.Fields(string(rec.Value))
	if strings.HasPrefix(string(rec.Value), "!") || len(fields) != 2 {
		return &pipelines.Rejection{Reason: "bad_note", Detail: "a note is a key and a version"}
	}
	version, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return fmt.Errorf("reading version: %w", err)
	}
	n.key, n.version = fields[0], version
	return nil
}

func (s *notes) Gate(n *note, _ pipelines.Seat, now int64) (pipelines.Verdict, string) {
	return s.age.Judge(n.at, now)
}

func (s *notes) Process(n *note, arena []byte) ([]byte, pipelines.Write) {
	from := len(arena)
	arena = append(arena, n.key...)
	w := pipelines.Write{Target: "notes", Version: n.version, Time: n.at, Expires: s.age.Expires(n.at)}
	if s.create {
		arena = append(arena, '#')
		arena = strconv.AppendInt(arena, n.offset, 10)
		w.Version = 0
	}
	key := len(arena)
	arena = append(arena, "body of "+n.key...)
	w.Key, w.Body = arena[from:key:key], arena[key:]
	return arena, w
}

func (s *notes) Identity(n *note) ([]byte, int64) { return []byte(n.key), n.version }

// rig is a pipeline of notes in memory.
type rig struct {
	group *pipelinestest.Scripted
	store *pipelinestest.Store
	dead  *pipelinestest.Graveyard
	obs   *pipelinestest.Observer
	stop  func() error // ends the pipeline and returns what Run returned

	letters pipelines.DeadLetters // instead of dead, when a test sets it
}

// start runs a pipeline inside the bubble of the calling test.
func start(t *testing.T, partitions int32, cfg pipelines.Config, stream func() pipelines.Stream[note], prepare func(*rig)) *rig {
	t.Helper()
	r := &rig{
		group: pipelinestest.NewScripted("notes", partitions), store: pipelinestest.NewStore(),
		dead: &pipelinestest.Graveyard{}, obs: pipelinestest.NewObserver(),
	}
	if prepare != nil {
		prepare(r)
	}
	cfg.Name = "notes"
	if r.letters == nil {
		r.letters = r.dead
	}
	p, err := pipelines.New(cfg, stream, r.store, r.letters, r.obs)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, r.group) }()
	stopped := false
	r.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() { _ = r.stop() }) // a test that wants the error has called stop itself
	<-r.group.Started()
	return r
}

func newest() pipelines.Stream[note]   { return &notes{} }
func everyOne() pipelines.Stream[note] { return &notes{create: true} }

func rec(key string, version int64) pipelines.Record {
	return pipelines.Record{Value: fmt.Appendf(nil, "%s %d", key, version), Time: time.Now().UnixMilli()}
}

// sleep passes virtual time, and lets everything in the bubble come to rest.
func sleep(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
	synctest.Wait()
}
