package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// findKcat is where kcat is, "" when it is not installed: where nothing may be skipped, that fails the test.
func findKcat(t *testing.T) string {
	t.Helper()
	kcat, err := exec.LookPath("kcat")
	if err != nil && os.Getenv("SLUICE_TEST_REQUIRE") != "" {
		t.Fatal("kcat is not installed, and SLUICE_TEST_REQUIRE asks for all that the tests use")
	}
	return kcat
}

// kcatAgrees lets another client count the topic.
func (a *austin) kcatAgrees(t *testing.T, want int) {
	kcat := findKcat(t)
	if kcat == "" {
		t.Log("kcat is not installed: the topic is counted by the test's own client only")
		equal(t, "records in the topic", float64(len(a.read(pings))), want)
		return
	}
	out, err := exec.CommandContext(t.Context(), kcat, "-C", "-q", "-e", "-b", strings.Join(a.brokers, ","),
		"-t", a.prefix+pings, "-o", "beginning", "-f", "%p %o\n").Output()
	if err != nil {
		t.Fatalf("kcat: %v", err)
	}
	equal(t, "records that kcat counts", float64(strings.Count(string(out), "\n")), want)
}

// questions asks the query API what a person would.
func (a *austin) questions(t *testing.T, c *child, o *oracle) {
	asked := 0
	for driver, docs := range o.live {
		if asked++; asked > 5 {
			break
		}
		var at map[string]any
		ask(t, c.http+"/v1/drivers/"+driver, &at)
		if !samePlace(docs, at) {
			t.Errorf("driver %s is at %v, want %v", driver, at, docs)
		}
		a.track(t, c, driver, int64(docs[0]["ts"].(float64)), o)
	}
	first := a.rows[0]
	near := fmt.Sprintf("%s/v1/drivers/nearby?lat=%g&lon=%g&radius=50000&maxAge=24h", c.http, first.lat, first.lon)
	var found struct {
		Drivers []struct {
			DriverID string
			Distance float64
		}
	}
	ask(t, near, &found)
	if len(found.Drivers) != 0 {
		t.Errorf("nearby finds %d drivers of years ago", len(found.Drivers))
	}
	p := &poster{t: t, url: c.http + "/v1/pings"}
	p.at(first.lat, first.lon)
	p.mustAccept("today")
	began := time.Now()
	until(t, "nearby to find a driver of today", func() error {
		ask(t, near, &found)
		if len(found.Drivers) != 1 || found.Drivers[0].DriverID != p.accepted[0] || found.Drivers[0].Distance > 1 {
			return fmt.Errorf("nearby answers %v", found.Drivers)
		}
		return nil
	})
	t.Logf("nearby finds a ping %s after its 202", time.Since(began).Round(time.Millisecond))
	a.settled(live, history)
}

// track compares a driver's day, page by page, with the file.
func (a *austin) track(t *testing.T, c *child, driver string, newest int64, o *oracle) {
	var got []int64
	for cursor := ""; ; {
		var page struct {
			Points []struct{ TS int64 }
			Next   *string
		}
		ask(t, fmt.Sprintf("%s/v1/drivers/%s/track?from=%d&to=%d&limit=100&cursor=%s", c.http, driver, newest-48*3_600_000, newest+1, cursor), &page)
		for _, point := range page.Points {
			got = append(got, point.TS)
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	want := 0
	for id := range o.history {
		if strings.Contains(id, "/"+driver+"-") {
			want++
		}
	}
	equal(t, "points on the track of "+driver, float64(len(got)), want)
	for i := 1; i < len(got); i++ {
		if got[i] < got[i-1] {
			t.Errorf("the track of %s goes back in time at point %d", driver, i)
		}
	}
}

func samePlace(docs []map[string]any, at map[string]any) bool {
	for _, d := range docs {
		if d["driverId"] == at["driverId"] && d["ts"] == at["ts"] && d["lat"] == at["lat"] && d["lon"] == at["lon"] && d["speed"] == at["speed"] {
			return true
		}
	}
	return false
}

func ask(t *testing.T, url string, out any) {
	t.Helper()
	if err := inquire(url, out); err != nil {
		t.Fatal(err)
	}
}
