package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Kafka goes away, by refusing and by hanging: the gateway says 503 with Retry-After
// within five seconds, never 202 for what is not in the topic, and takes pings again
// when Kafka is back.
func TestKafkaAway(t *testing.T) {
	s := newSite(t, loadEnv()...).setup()
	p := s.newKafkaProxy()
	c := s.start("gateway", []string{"SLUICE_KAFKA_BROKERS=" + p.address}, "run", "gateway").ready()
	client := &poster{t: t, url: c.http + "/v1/pings"}
	client.at(30, 120)
	client.mustAccept("before")

	p.cut()
	client.mustRefuse("at-the-cut")
	client.mustRefuse("after-the-cut")
	p.heal()
	until(t, "the gateway to take pings again", func() error { return client.post("healed") })

	p.freeze()
	client.mustRefuse("hanging")
	p.thaw()
	until(t, "the gateway to take pings again", func() error { return client.post("thawed") })
	c.stop()

	there := map[string]int{}
	for _, e := range s.read(pings) {
		there[e.key]++
	}
	for _, driver := range client.accepted {
		if there[driver] == 0 {
			t.Errorf("%s was answered 202 and is not in the topic", driver)
		}
	}
	t.Logf("%d accepted, %d refused within %s at the latest, %d records in the topic", len(client.accepted), client.refused, client.slowest, len(there))
}

// poster posts single pings.
type poster struct {
	t        *testing.T
	url      string
	serial   int
	lat, lon float64
	accepted []string // the drivers of what was answered 202
	refused  int
	slowest  time.Duration // to a 503
}

// at is where the pings to come are.
func (p *poster) at(lat, lon float64) { p.lat, p.lon = lat, lon }

// post sends one ping; an error is any other answer than 202.
func (p *poster) post(name string) error {
	p.serial++
	driver := name + "-" + strconv.Itoa(p.serial)
	body := fmt.Sprintf(`{"driverId":%q,"ts":%d,"lat":%g,"lon":%g}`, driver, time.Now().UnixMilli(), p.lat, p.lon)
	began := time.Now()
	client := http.Client{Timeout: 30 * time.Second}
	resp, err := client.Post(p.url, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusAccepted {
		p.accepted = append(p.accepted, driver)
		return nil
	}
	took := time.Since(began)
	p.refused++
	p.slowest = max(p.slowest, took)
	var problem struct{ Code string }
	if err := json.Unmarshal(text, &problem); err != nil || problem.Code == "" {
		p.t.Errorf("%s: a %d that is no problem document: %s", driver, resp.StatusCode, text)
	}
	if _, err := strconv.Atoi(resp.Header.Get("Retry-After")); err != nil || resp.StatusCode != http.StatusServiceUnavailable {
		p.t.Errorf("%s: status %d with Retry-After %q", driver, resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	if took > 5*time.Second {
		p.t.Errorf("%s: the 503 took %s", driver, took)
	}
	return fmt.Errorf("status %d: %s", resp.StatusCode, text)
}

func (p *poster) mustAccept(name string) {
	p.t.Helper()
	if err := p.post(name); err != nil {
		p.t.Fatalf("%s: %v", name, err)
	}
}

func (p *poster) mustRefuse(name string) {
	p.t.Helper()
	if p.post(name) == nil {
		p.t.Errorf("%s: 202 while Kafka was away", name)
	}
}
