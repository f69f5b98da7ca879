package main

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"sluice/internal/datadir"
)

// A disk below data.minFree is named to whoever posts, and to whoever asks for a member of a store that could never begin:
// nobody but an operator can end either.
func TestAFullDiskIsNamed(t *testing.T) {
	dir := t.TempDir()
	if free, err := datadir.Free(dir); err != nil || free >= 1<<40 {
		t.Skipf("no data.minFree is above %d bytes: %v", free, err)
	}
	addrs, _ := upAt(t, dir, "SLUICE_DATA_MIN_FREE=1024GiB", "SLUICE_GATEWAY_PUBLISH_TIMEOUT=500ms")
	defer http.DefaultClient.CloseIdleConnections()
	told := func(what string, answer *http.Response, err error, wants ...string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			t.Fatal(err)
		}
		for _, want := range append(wants, "the disk of the data directory is full, it has less than 1024GiB (data.minFree) left: make room on it") {
			if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), want) {
				t.Errorf("%s: %d %s, want %q", what, answer.StatusCode, body, want)
			}
		}
	}
	answer, err := http.Get(addrs.http + "/v1/members/M1") //nolint:noctx // the test's own server
	told("a member", answer, err, `"code":"recovering"`)
	answer, err = http.Post(addrs.http+"/v1/pings", "application/json", strings.NewReader(`{"driverId":"D1","ts":1790000000124,"lat":1,"lon":2}`)) //nolint:noctx // likewise
	told("a ping", answer, err, `"code":"unavailable"`, "nothing is acknowledged")
}
