package stage

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"

	"sluice/internal/drill/spoil"
)

// Stage is one drill's.
type Stage struct {
	house *House
	cast  Cast
	store *spoil.Store
	close func() error // ends the store
	fleet *Fleet       // the stage's own Redis servers; nil = it shares the house's

	processes []*Process
}

// ErrNobody is the answer to a name that nobody on the stage has.
var ErrNobody = errors.New("nobody on the stage has that name")

// ErrCannot is the answer to what this machine does not allow; the reason is around it.
var ErrCannot = errors.New("cannot be had on this machine")

// Dir is the drill's directory: logs, ledger, whatever is to be looked at afterwards.
func (s *Stage) Dir() string { return filepath.Join(s.house.cfg.Dir, s.cast.Name) }

// Process is the sluice process of that name: gateway-1, query-1, pipelines-1, jobs-1, ….
func (s *Stage) Process(name string) (*Process, error) { return only(s.processes, name) }

// Processes are those of a role (gateway, query, pipelines, jobs), or the one of that name; none if there is none.
func (s *Stage) Processes(on string) []*Process { return named(s.processes, on) }

// All are all processes, in the order in which they were made.
func (s *Stage) All() []*Process { return slices.Clone(s.processes) }

// Server is the server of that name: kafka-1 to kafka-3, elastic, redis; with Redis laid out otherwise redis-1, sentinel-1, ….
func (s *Stage) Server(name string) (*Server, error) { return only(s.everything(), name) }

// Servers are those of a kind (kafka, elastic, redis, sentinel), or the one of that name; none if there is none.
func (s *Stage) Servers(on string) []*Server { return named(s.everything(), on) }

// Way is the way to the server of that name.
func (s *Stage) Way(name string) (*Way, error) { return only(s.house.ways, name) }

// Ways are those to the servers of a kind, or the one to the server of that name; none if there is none, as to a Redis that is
// one of several: they tell clients where the others are.
func (s *Stage) Ways(on string) []*Way {
	return slices.DeleteFunc(named(s.house.ways, on), func(w *Way) bool { return w.Name == redisName && s.fleet != nil })
}

// Spoil is the way to Elasticsearch on which bulk answers can be scripted.
func (s *Stage) Spoil() *spoil.Store { return s.store }

// Kafka is an operator's hand on Kafka.
func (s *Stage) Kafka() Admin { return s.house.kafka }

// Elastic is the URL of Elasticsearch, past any way.
func (s *Stage) Elastic() string { return s.house.Elastic() }

// Topic is a topic's name on the wire: driver.pings, gps-live.dead, ….
func (s *Stage) Topic(name string) string { return s.cast.Prefix + name }

// Index is an index's name, or a pattern, on the wire: positions, pings-*, ….
func (s *Stage) Index(name string) string { return s.cast.Prefix + name }

// Even lets every broker lead its share of the topics again.
func (s *Stage) Even(ctx context.Context) error {
	return s.house.kafka.PreferLeaders(ctx, s.cast.Prefix)
}

// Group is the name on the wire of a pipeline's consumer group.
func (s *Stage) Group(pipeline string) string { return s.cast.Prefix + "sluice-" + pipeline }

// Command is a run of the binary that goes direct to the servers: setup, simulate, verify, ….
// It is not started.
func (s *Stage) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.binary(), args...) //nolint:gosec // the caller's own binary
	cmd.Env = s.Direct()
	return cmd
}

func (s *Stage) binary() string {
	if s.cast.Binary != "" {
		return s.cast.Binary
	}
	return s.house.cfg.Binary
}
