package callload

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"sluice/internal/resp"
)

// Config of a load.
type Config struct {
	Addr  string        // host:port of a Redis without a password
	Calls []Call        // sent in their order where they have one key
	Conns int           // at once; each sends without waiting for answers
	Limit time.Duration // for all of it
}

// Loaded is what came of it.
type Loaded struct {
	Events    int64 // that the script answered for
	Stored    int64 // of these, those that changed something
	Announced int64
	Took      time.Duration // from the first byte to the last answer
}

// Load sends all calls and reads their answers. A call that was refused is an error.
func Load(ctx context.Context, cfg Config) (Loaded, error) {
	conns, err := dialAll(ctx, &cfg)
	if err != nil {
		return Loaded{}, err
	}
	shares := share(cfg.Calls, len(conns))
	results := make([]Loaded, len(conns))
	group, ctx := errgroup.WithContext(ctx)
	begin := time.Now()
	for i, conn := range conns {
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		group.Go(func() error { return send(conn, shares[i]) })
		group.Go(func() (err error) {
			defer stop()
			results[i], err = answers(conn, len(shares[i]))
			return err
		})
	}
	err = group.Wait()
	all := Loaded{Took: time.Since(begin)}
	for i := range results {
		all.Events += results[i].Events
		all.Stored += results[i].Stored
		all.Announced += results[i].Announced
		_ = conns[i].Close() // it was answered, or has failed
	}
	if err != nil {
		return all, fmt.Errorf("sending calls: %w", err)
	}
	return all, nil
}

func dialAll(ctx context.Context, cfg *Config) ([]net.Conn, error) {
	if len(cfg.Calls) == 0 || cfg.Conns < 1 || cfg.Limit <= 0 {
		return nil, errors.New("a load of calls needs calls, connections and a limit")
	}
	conns := make([]net.Conn, 0, cfg.Conns)
	late := time.Now().Add(cfg.Limit)
	for range cfg.Conns {
		conn, err := (&net.Dialer{Deadline: late}).DialContext(ctx, "tcp", cfg.Addr)
		if err == nil {
			conns = append(conns, conn)
			err = conn.SetDeadline(late)
		}
		if err != nil {
			for _, open := range conns {
				_ = open.Close() // nothing was sent
			}
			return nil, fmt.Errorf("dialling Redis: %w", err)
		}
	}
	return conns, nil
}

// share gives all calls of a key to one connection.
func share(calls []Call, conns int) [][]Call {
	shares, seed := make([][]Call, conns), maphash.MakeSeed()
	for _, c := range calls {
		i := maphash.String(seed, c.Key) % uint64(conns)
		shares[i] = append(shares[i], c)
	}
	return shares
}

func send(conn net.Conn, calls []Call) error {
	for _, c := range calls {
		if _, err := conn.Write(c.Raw); err != nil {
			return err
		}
	}
	return nil
}

// answers reads what so many calls came to: OK, a letter for each event, and how many changes were announced.
func answers(conn io.Reader, calls int) (Loaded, error) {
	var sum Loaded
	in := bufio.NewReaderSize(conn, 1<<16)
	for n := range calls {
		reply, err := resp.Read(in)
		if err != nil {
			return sum, fmt.Errorf("answer %d of %d: %w", n+1, calls, err)
		}
		parts, ok := reply.([]any)
		if !ok || len(parts) != 3 || parts[0] != "OK" {
			return sum, fmt.Errorf("answer %d of %d is not that of an applied call: %v", n+1, calls, parts)
		}
		letters, text := parts[1].(string)
		announced, number := parts[2].(int64)
		if !text || !number {
			return sum, fmt.Errorf("answer %d of %d is not that of an applied call", n+1, calls)
		}
		sum.Events += int64(len(letters))
		sum.Announced += announced
		for _, letter := range []byte(letters) {
			if letter == 's' {
				sum.Stored++
			}
		}
	}
	return sum, nil
}
