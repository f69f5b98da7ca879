package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	hooks "sluice/clients/levels"
)

const hookSecret = "0123456789abcdef0123456789abcdef"

// hearing is a service without Kafka: it is away at first, and then checks and keeps what it is sent.
type hearing struct {
	t  *testing.T
	mu sync.Mutex

	refuse int // requests, before it takes one
	taken  []string
}

func (h *hearing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		err = hooks.Verify(r.Header.Get(hooks.HeaderSignature), body, []byte(hookSecret), time.Now(), time.Minute)
	}
	c, decoded := hooks.Decode(body)
	if err != nil || decoded != nil {
		h.t.Errorf("%s: %v %v", body, err, decoded)
	}
	switch {
	case h.refuse > 0:
		h.refuse--
		w.WriteHeader(http.StatusServiceUnavailable)
	case c.MemberID == "M1":
		w.WriteHeader(http.StatusUnprocessableEntity)
	default:
		h.taken = append(h.taken, c.MemberID+" "+c.To)
	}
}

func (h *hearing) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.taken)
}

// A change of level is on the live stream and at the service that was away at first; what the service will never take is
// a dead letter, which the operator's commands know.
func TestChangesReachStreamsAndServices(t *testing.T) {
	crm := &hearing{t: t, refuse: 3}
	server := httptest.NewServer(crm)
	defer server.Close()
	dir, secrets := t.TempDir(), t.TempDir()
	writeText(t, secrets, "crm", hookSecret+"\n")
	environ := []string{"SLUICE_WEBHOOK_SERVICES=crm=" + server.URL, "SLUICE_WEBHOOK_SECRETS_DIR=" + secrets}
	addrs, stop := upAt(t, dir, environ...)
	var live []string
	var mu sync.Mutex
	stream, err := http.Get(addrs.http + "/v1/live?topics=levels")
	if err != nil || stream.StatusCode != http.StatusOK {
		t.Fatal(stream, err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
			if data, is := strings.CutPrefix(lines.Text(), "data: "); is && strings.Contains(data, `"to":"silver"`) {
				mu.Lock()
				live = append(live, data)
				mu.Unlock()
			}
		}
	})
	posts(t, addrs.http+"/v1/orders", sentOrders(3, 0, 5, time.Now()))
	eventually(t, "the changes at the service", func() bool { return len(crm.all()) >= 2 })
	eventually(t, "the changes on the stream", func() bool { mu.Lock(); defer mu.Unlock(); return len(live) >= 3 })
	taken := crm.all()
	if slices.Sort(taken); fmt.Sprint(taken) != "[M0 silver M2 silver]" {
		t.Errorf("the service took %v", taken)
	}
	asks := append([]string{"SLUICE_KAFKA_BROKERS=" + addrs.kafka}, environ...)
	eventually(t, "the letter", func() bool {
		_, said, _ := execute(t, asks, "dead", "ls", "--pipeline", "webhook-crm", "--each")
		return strings.Contains(said, "rejected") && strings.Contains(said, "1 open")
	})
	if code, table, told := execute(t, asks, "lag", "--interval", "0s", "--data", dir); code != exitDone || !strings.Contains(table, "\nwebhook-crm ") {
		t.Errorf("lag: %d %s%s", code, table, told)
	}
	if code, said, told := execute(t, asks, "dead", "ls", "--pipeline", relayed); code != exitDone || !strings.Contains(said, "0 open") {
		t.Errorf("the relay's letters: %d %s%s", code, said, told)
	}
	stop()
	reading.Wait()
	_ = stream.Body.Close()
	http.DefaultClient.CloseIdleConnections()
}

// A service whose secrets are not there, or are too short, keeps the process from starting, and no secret is said.
func TestAServiceWantsSecrets(t *testing.T) {
	dir := t.TempDir()
	writeText(t, dir, "short", plantedSecret)
	for name, want := range map[string]string{"none": "no such file", "short": "secret 1 has less than 16 bytes"} {
		cfg, err := loadConfig("", []string{"SLUICE_WEBHOOK_SERVICES=" + name + "=http://crm", "SLUICE_WEBHOOK_SECRETS_DIR=" + dir})
		if err != nil {
			t.Fatal(err)
		}
		_, err = cfg.webhookSpecs()[0].own()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), plantedSecret) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
