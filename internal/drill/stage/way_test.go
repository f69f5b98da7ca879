package stage

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// echo answers with what it is told.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	}()
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return l.Addr().String()
}

// say tells one byte by a way, and waits for it to come back.
func say(address string, patience time.Duration) (err error) {
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("x")); err != nil {
		return err
	}
	_, err = io.ReadFull(conn, make([]byte, 1))
	return err
}

const longEnough = 10 * time.Second

func TestAWayIsCutSpoiltAndHealed(t *testing.T) {
	w, err := newWay("elastic", "127.0.0.1:0", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Cut()
	open := func(when string) {
		t.Helper()
		if err := say(w.Address(), longEnough); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	heal := func() {
		t.Helper()
		if err := w.Heal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	open("at first")
	w.Cut()
	if err := say(w.Address(), longEnough); err == nil {
		t.Error("something came through a way that is cut")
	}
	heal()
	open("after a cut")
	for _, stream := range []Stream{Up, Down} { // twice the same: each is a toxic of its own
		if err := w.Add("latency", stream, map[string]int64{"latency": 60}); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	open("while it is slow")
	if took := time.Since(began); took < 120*time.Millisecond {
		t.Errorf("two times 60 ms took %s", took)
	}
	heal()
	if err := w.Add("timeout", Down, map[string]int64{"timeout": 0}); err != nil {
		t.Fatal(err)
	}
	if err := say(w.Address(), 50*time.Millisecond); err == nil {
		t.Error("something came through a black hole")
	}
	heal()
	heal() // nothing is left to heal
	open("in the end")
	if err := w.Add("earthquake", Down, nil); err == nil {
		t.Error("an unknown toxic was put in")
	}
}

// Whoever leaves a connection whose bytes still come in pieces leaves a toxic that is never done with it.
func TestAWayIsHealedUnderThoseWhoLeave(t *testing.T) {
	w, err := newWay("kafka-1", "127.0.0.1:0", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Cut()
	for range 20 {
		if err := w.Add("slicer", Down, map[string]int64{"average_size": 2, "size_variation": 1, "delay": 1000}); err != nil {
			t.Fatal(err)
		}
		leave := crowd(t, w.Address())
		healed := make(chan error, 1)
		go func() { healed <- w.Heal(context.WithoutCancel(t.Context())) }()
		leave()
		select {
		case err := <-healed:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(longEnough):
			t.Fatal("the way is not healed")
		}
		if err := say(w.Address(), longEnough); err != nil {
			t.Errorf("after healing: %v", err)
		}
	}
}

// crowd is of clients who wait for answers, until they leave.
func crowd(t *testing.T, address string) (leave func()) {
	t.Helper()
	var conns []net.Conn
	for range 20 {
		conn, err := net.DialTimeout("tcp", address, longEnough)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
		if _, err := conn.Write(make([]byte, 32<<10)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
	}
}

func TestACutResetsWhatIsOpen(t *testing.T) {
	w, err := newWay("kafka-1", "127.0.0.1:0", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Cut()
	var dialer net.Dialer
	conn, err := dialer.DialContext(context.Background(), "tcp", w.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := conn.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	w.Cut()
	if err := conn.SetReadDeadline(time.Now().Add(longEnough)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil || isTimeout(err) {
		t.Errorf("a connection over a way that is cut: %v", err)
	}
}

func isTimeout(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}
