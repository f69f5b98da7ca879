package main

import (
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
	told := func(what string, status int, body string, wants ...string) {
		t.Helper()
		for _, want := range append(wants, "the disk of the data directory is full, it has less than 1024GiB (data.minFree) left: make room on it") {
			if status != http.StatusServiceUnavailable || !strings.Contains(body, want) {
				t.Errorf("%s: %d %s, want %q", what, status, body, want)
			}
		}
	}
	status, body := get(t, addrs.http+"/v1/members/M1")
	told("a member", status, body, `"code":"recovering"`)
	status, body = post(t, addrs.http+"/v1/pings", "application/json", `{"driverId":"D1","ts":1790000000124,"lat":1,"lon":2}`)
	told("a ping", status, body, `"code":"unavailable"`, "nothing is acknowledged")
}
