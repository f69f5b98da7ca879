package stage

import (
	"context"
	"errors"
	"os/exec"
)

// Stage is one drill's.
type Stage struct {
	house     *House
	cast      Cast
	processes []*Process
}

// ErrNobody is the answer to a name that nobody on the stage has.
var ErrNobody = errors.New("nobody on the stage has that name")

// Dir is the drill's directory: logs, ledger, whatever is to be looked at afterwards.
func (s *Stage) Dir() string { return "" }

// Process is the sluice process of that name: gateway-1, query-1, pipelines-1, ….
func (s *Stage) Process(name string) (*Process, error) { return nil, ErrNobody }

// Processes are those of a role (gateway, query, pipelines), or the one of that name; none if there is none.
func (s *Stage) Processes(on string) []*Process { return nil }

// Extra is a further process of that role that is not part of the cast; it is not started.
// Its names go on where the cast's end.
func (s *Stage) Extra(role string) (*Process, error) { return nil, ErrNobody }

// Server is the server of that name: kafka-1 to kafka-3, elastic.
func (s *Stage) Server(name string) (*Server, error) { return nil, ErrNobody }

// Servers are those of a kind (kafka, elastic), or the one of that name; none if there is none.
func (s *Stage) Servers(on string) []*Server { return nil }

// Way is the way to the server of that name.
func (s *Stage) Way(name string) (*Way, error) { return nil, ErrNobody }

// Ways are those to the servers of a kind, or the one to the server of that name; none if there is none.
func (s *Stage) Ways(on string) []*Way { return nil }

// Kafka is an operator's hand on Kafka.
func (s *Stage) Kafka() Admin { return s.house.kafka }

// Topic is a topic's name on the wire: driver.pings, gps-live.dead, ….
func (s *Stage) Topic(name string) string { return s.cast.Prefix + name }

// Group is the name on the wire of a pipeline's consumer group.
func (s *Stage) Group(pipeline string) string { return s.cast.Prefix + "sluice-" + pipeline }

// Command is a run of the binary that goes direct to the servers: setup, simulate, verify, ….
// It is not started.
func (s *Stage) Command(ctx context.Context, args ...string) *exec.Cmd { return nil }

// Direct is the environment of who goes direct to the servers.
func (s *Stage) Direct() []string { return nil }

// Strike ends what still runs on the stage and deletes its topics, groups and indices. The
// servers have to answer.
func (s *Stage) Strike(ctx context.Context) error { return ctx.Err() }
