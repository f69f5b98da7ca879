package callload

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"sluice/internal/resp"
)

// Call is one call of a script as it was sent.
type Call struct {
	Key string // the first one: calls of one key must not overtake each other
	Raw []byte
}

// Recorder stands between a client and a Redis, and keeps the calls of scripts that pass by.
type Recorder struct {
	listener net.Listener
	server   string
	most     int64 // bytes

	mu    sync.Mutex
	on    bool
	calls []Call
	bytes int64
}

// NewRecorder listens on a free port of loopback for clients of the Redis at host:port; most bounds the bytes kept. Run it.
func NewRecorder(ctx context.Context, server string, most int64) (*Recorder, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("recording calls: %w", err)
	}
	return &Recorder{listener: listener, server: server, most: most}, nil
}

// Addr is where clients connect.
func (r *Recorder) Addr() string { return r.listener.Addr().String() }

// Record switches recording on.
func (r *Recorder) Record() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = true
}

// Calls are those recorded so far, in the order in which they were sent.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// Run carries connections until ctx ends, which is no error.
func (r *Recorder) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	stop := context.AfterFunc(ctx, func() { _ = r.listener.Close() }) // nobody is owed an answer
	defer stop()
	for {
		client, err := r.listener.Accept()
		if err != nil {
			break
		}
		group.Go(func() error { return r.carry(ctx, client) })
	}
	err := group.Wait()
	if ctx.Err() != nil && errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// carry is one connection, until either end of it closes.
func (r *Recorder) carry(ctx context.Context, client net.Conn) error {
	server, err := (&net.Dialer{}).DialContext(ctx, "tcp", r.server)
	if err != nil {
		return errors.Join(fmt.Errorf("recording calls: %w", err), client.Close())
	}
	hangUp := func() { _, _ = client.Close(), server.Close() } // whichever end was first
	defer context.AfterFunc(ctx, hangUp)()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = io.Copy(client, server) // how it ended the client sees
		hangUp()
	}()
	err = r.requests(bufio.NewReaderSize(client, 1<<16), bufio.NewWriterSize(server, 1<<16))
	hangUp()
	<-answered
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// requests hands on what a client sends.
func (r *Recorder) requests(in *bufio.Reader, out *bufio.Writer) error {
	var req resp.Request
	for {
		if err := req.ReadFrom(in); err != nil {
			return err
		}
		if err := r.keep(&req); err != nil {
			return err
		}
		if _, err := out.Write(req.Raw); err != nil {
			return err
		}
		if in.Buffered() > 0 {
			continue
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

func (r *Recorder) keep(req *resp.Request) error {
	const firstKey = 3 // evalsha <digest> <how many keys> <key> …
	if req.Args() <= firstKey || !bytes.EqualFold(req.Arg(0), []byte("evalsha")) {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.on {
		return nil
	}
	if r.bytes += int64(len(req.Raw)); r.bytes > r.most {
		return fmt.Errorf("recording calls: they are more than %d bytes", r.most)
	}
	r.calls = append(r.calls, Call{Key: string(req.Arg(firstKey)), Raw: bytes.Clone(req.Raw)})
	return nil
}
