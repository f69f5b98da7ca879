package stage

import "context"

// Server is one broker of Kafka, or Elasticsearch.
type Server struct {
	Name string // kafka-1 to kafka-3, elastic
}

// Address is where it listens, host:port, past any way.
func (s *Server) Address() string { return "" }

// Kill ends it as kill -9 does, and returns when it has gone. One that is frozen dies too.
func (s *Server) Kill(ctx context.Context) error { return ctx.Err() }

// Stop asks it to end, and returns when it has.
func (s *Server) Stop(ctx context.Context) error { return ctx.Err() }

// Start starts it on the data that it left, and returns when it answers. One that runs is left alone.
func (s *Server) Start(ctx context.Context) error { return ctx.Err() }

// Freeze stops it where it is: its connections stay, and nothing is answered.
func (s *Server) Freeze() error { return nil }

// Thaw lets it go on.
func (s *Server) Thaw() error { return nil }

// RSS is its resident memory, bytes; 0 when it does not run.
func (s *Server) RSS() (int64, error) { return 0, nil }
