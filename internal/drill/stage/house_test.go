package stage

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sluice/internal/stacktest"
)

// nothing is an admin that does nothing: the test has no topics.
type nothing struct{}

func (nothing) Sweep(context.Context, string) error { return nil }
func (nothing) Close() error                        { return nil }

// A house and a stage on real servers: what is killed is gone and comes back, what is frozen is
// silent and goes on, and nothing is left at the end.
func TestAHouseOnRealServers(t *testing.T) {
	stacktest.Kafka(t) // the real servers are wanted; the house starts its own
	dir := t.TempDir()
	binary := os.Getenv("SLUICE_TEST_BINARY")
	if binary == "" {
		binary = filepath.Join(dir, "sluice")
		if out, err := exec.Command("go", "build", "-o", binary, "sluice/cmd/sluice").CombinedOutput(); err != nil {
			t.Fatalf("building the binary: %v\n%s", err, out)
		}
	}
	h, err := New(Config{Dir: dir, Stack: stackScript(t), Binary: binary, Cache: os.Getenv("SLUICE_STACK_CACHE")}, func([]string) (Admin, error) {
		return Admin{Sweeper: nothing{}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	timed := func(what string, do func() error) {
		t.Helper()
		began := time.Now()
		if err := do(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		t.Logf("%s: %s", what, time.Since(began).Round(time.Millisecond))
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	timed("open", func() error { return h.Open(ctx) })
	var s *Stage
	timed("set", func() (err error) { s, err = h.Set(ctx, Cast{Name: "try", Prefix: "try-"}); return err })
	t.Cleanup(func() {
		if err := s.Strike(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for _, p := range s.All() {
		timed("start "+p.Name, func() error { return p.Start(ctx) })
	}
	for _, p := range s.All() {
		timed("ready "+p.Name, func() error { return p.Ready(ctx) })
	}
	for _, name := range []string{"kafka-1", "elastic"} {
		hurt(ctx, t, s, name, timed)
	}
	timed("kill kafka", func() error {
		for _, k := range s.Servers("kafka") {
			if err := k.Kill(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	timed("start kafka", func() error { return StartAll(ctx, s.Servers("kafka")) })
	for _, p := range s.All() {
		timed("ready "+p.Name, func() error { return p.Ready(ctx) })
		timed("stop "+p.Name, func() error {
			code, _, err := p.Stop(ctx)
			if err == nil && code != 0 {
				err = fmt.Errorf("it ended with %d", code)
			}
			return err
		})
	}
}

// hurt freezes a server and kills it, and each time it comes back.
func hurt(ctx context.Context, t *testing.T, s *Stage, name string, timed func(what string, do func() error)) {
	t.Helper()
	server, err := s.Server(name)
	if err != nil {
		t.Fatal(err)
	}
	if rss, err := server.RSS(); err != nil || rss < 50<<20 {
		t.Errorf("%s has %d bytes, %v", name, rss, err)
	}
	timed("freeze "+name, server.Freeze)
	if err := answers(ctx, server.Address()); err == nil && name == "elastic" {
		t.Errorf("%s answers while it is frozen", name)
	}
	timed("thaw "+name, server.Thaw)
	timed("kill "+name, func() error { return server.Kill(ctx) })
	if server.Alive() {
		t.Errorf("%s lives after it was killed", name)
	}
	timed("start "+name, func() error { return server.Start(ctx) })
}

// stackScript is the repository's.
func stackScript(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "..", "ops", "stack", "stack"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// answers asks a server for anything by HTTP.
func answers(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{}).DialContext, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
