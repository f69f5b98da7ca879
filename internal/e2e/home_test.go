package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"sluice/internal/stacktest"
)

// home is an embedded installation: a data directory and three addresses that stay the same
// from one start to the next.
type home struct {
	t                        *testing.T
	data, kafka, public, ops string
	env                      []string
	starts                   int
}

func newHome(t *testing.T, env ...string) *home {
	t.Helper()
	noticeSources(t)
	free := stacktest.FreeAddresses(t, 3)
	h := &home{t: t, data: filepath.Join(t.TempDir(), "data"), kafka: free[0], public: free[1], ops: free[2]}
	h.env = append(append(cleanEnvironment(),
		"SLUICE_KAFKA_BROKERS="+h.kafka, "SLUICE_HTTP_LISTEN="+h.public, "SLUICE_OPS_LISTEN="+h.ops, "SLUICE_LOG_FORMAT=json"), env...)
	return h
}

// up starts everything in one process.
func (h *home) up(args ...string) *child {
	h.t.Helper()
	h.starts++
	c := launch(h.t, fmt.Sprintf("up-%d", h.starts), h.env, append([]string{"up", "--data", h.data}, args...)...)
	c.ops, c.http = "http://"+h.ops, "http://"+h.public
	return c
}

// found is a driver in an answer.
type found struct {
	DriverID string  `json:"driverId"`
	Lat      float64 `json:"lat"`
	Lon      float64 `json:"lon"`
	TS       int64   `json:"ts"`
	Age      int64   `json:"age"`
}

// near asks for the drivers around a place.
func (c *child) near(lat, lon float64) (map[string]found, error) {
	var answer struct{ Drivers []found }
	url := fmt.Sprintf("%s/v1/drivers/nearby?lat=%g&lon=%g&radius=5000&limit=200", c.http, lat, lon)
	if err := inquire(url, &answer); err != nil {
		return nil, err
	}
	drivers := map[string]found{}
	for _, d := range answer.Drivers {
		drivers[d.DriverID] = d
	}
	return drivers, nil
}

// track asks for the whole track of a driver, page by page.
func (c *child) track(id string, from, to int64) ([]found, error) {
	var points []found
	for cursor := ""; ; {
		var page struct {
			Points []found
			Next   string
		}
		url := fmt.Sprintf("%s/v1/drivers/%s/track?from=%d&to=%d&limit=500&cursor=%s", c.http, id, from, to, cursor)
		if err := inquire(url, &page); err != nil {
			return nil, err
		}
		points = append(points, page.Points...)
		if cursor = page.Next; cursor == "" {
			return points, nil
		}
	}
}

// inquire gets an answer, or says what is wrong with it.
func inquire(url string, answer any) error {
	status, body, err := get(url)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %s", status, body)
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), answer)
	}
	if err != nil {
		return fmt.Errorf("GET %s: %w", url, err)
	}
	return nil
}
