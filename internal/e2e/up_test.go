package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The middle of the simulated city.
const cityLat, cityLon = 31.23, 121.47

// One command on an empty directory brings a city to life: drivers are found within ten
// seconds, and they move. Started again it continues.
func TestDemoComesAliveAndContinues(t *testing.T) {
	h := newHome(t)
	began := time.Now()
	c := h.up("--demo", "--drivers", "500")
	var first map[string]found
	until(t, "drivers nearby", func() (err error) {
		c.alive()
		if first, err = c.near(cityLat, cityLon); err == nil && len(first) < 20 {
			err = fmt.Errorf("%d drivers", len(first))
		}
		return err
	})
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("drivers were found after %s, promised are 10 s", took)
	}
	until(t, "drivers to move", func() error { return c.moved(first) })
	c.stop()

	again := h.up().ready() // without the city: what is there was there
	from, to := began.Add(-time.Hour).UnixMilli(), time.Now().Add(time.Hour).UnixMilli()
	for id, d := range first {
		var last found
		if err := inquire(again.http+"/v1/drivers/"+id, &last); err != nil || last.TS < d.TS {
			t.Fatalf("%s was at %d and is at %d after the restart: %v", id, d.TS, last.TS, err)
		}
		points, err := again.track(id, from, to)
		if err != nil || len(points) == 0 {
			t.Fatalf("the track of %s: %d points, %v", id, len(points), err)
		}
		seen := map[int64]bool{}
		for _, p := range points {
			if seen[p.TS] {
				t.Fatalf("%s is twice at %d in its track", id, p.TS)
			}
			seen[p.TS] = true
		}
	}
	again.stop()
}

// moved says whether drivers who were found before are elsewhere now.
func (c *child) moved(before map[string]found) error {
	now, err := c.near(cityLat, cityLon)
	moving := 0
	for id, d := range now {
		if was, known := before[id]; known && d.TS > was.TS && (d.Lat != was.Lat || d.Lon != was.Lon) {
			moving++
		}
	}
	if err == nil && moving < 10 {
		err = fmt.Errorf("%d drivers have moved", moving)
	}
	return err
}

// A data directory is one process's; a second is told whose.
func TestSecondProcessIsTurnedAway(t *testing.T) {
	h := newHome(t)
	c := h.up().ready()
	other := newHome(t)
	other.data = h.data
	second := other.up()
	<-second.done
	if said := lastLines(second.log, 3); second.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(said, strconv.Itoa(c.cmd.Process.Pid)) {
		t.Errorf("the second process ended with %d: %s", second.cmd.ProcessState.ExitCode(), said)
	}
	c.stop()
}

// kill -9 ten times under load: the ledger closes. Every record that was acknowledged is stored once,
// with the content that was sent, and nobody's position is older than it should be.
func TestEmbeddedKilledTenTimes(t *testing.T) {
	h := newHome(t, "SLUICE_PIPELINE_COMMIT_INTERVAL=200ms")
	victim := h.up().ready()
	book := filepath.Join(t.TempDir(), "killed.ledger")
	load := launch(t, "simulate", h.env, "simulate", "--drivers", "2000", "--rate", "2000", "--for", "10m", "--late", "5%", "--double", "5%",
		"--ahead", "0.5%", "--disorder", "5%", "--poison", "1%", "--give-up", "2m", "--ledger", book, "--to", "http://"+h.public)
	for range 10 {
		enough := rand.IntN(500)
		until(t, "the victim to work", func() error { return victim.consumedMore(enough) })
		pause(time.Duration(rand.IntN(1000)) * time.Millisecond)
		victim.kill()
		victim = h.up()
	}
	victim.ready()
	until(t, "what had waited to be taken", func() error { return victim.consumedMore(5000) })
	load.signal(syscall.SIGINT) // now, not after so many seconds: on a slow machine ten kills take longer
	until(t, "the load to end", func() error {
		select {
		case <-load.done:
			return nil
		default:
			return errors.New("it still runs")
		}
	})
	t.Logf("the load: %s", lastLines(load.log, 8))
	code, said := execute(t, h.env, "simulate", "verify", book, "--data", h.data)
	t.Logf("verify:\n%s", said)
	if code != 0 || load.err != nil {
		t.Errorf("verify ended with %d; the load: %v", code, load.err)
	}
	victim.stop()
}

// Real clients speak to the embedded broker while it runs.
func TestKcatReadsTheEmbeddedBroker(t *testing.T) {
	kcat := findKcat(t)
	if kcat == "" {
		t.Skip("kcat is not installed")
	}
	h := newHome(t)
	c := h.up("--demo", "--drivers", "50").ready()
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), kcat, append([]string{"-b", h.kafka}, args...)...).Output()
		if err != nil {
			t.Fatalf("kcat %v: %v", args, err)
		}
		return string(out)
	}
	if topics := run("-L"); !strings.Contains(topics, `topic "driver.pings" with 8 partitions`) {
		t.Errorf("kcat -L says\n%s", topics)
	}
	if got := run("-C", "-t", pings, "-c", "20", "-f", "%k %s\n"); strings.Count(got, `"driverId"`) != 20 {
		t.Errorf("kcat reads\n%s", got)
	}
	c.stop()
}
