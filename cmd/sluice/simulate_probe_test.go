package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"sluice/schemas"
)

// A probe's driver is nobody's driver: it is gone from the map when the probe has been found.
func TestAProbeEndsOffline(t *testing.T) {
	var mu sync.Mutex
	var posted []schemas.Ping
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodGet {
			_, _ = fmt.Fprintf(w, `{"driverId":%q,"drivers":[{"driverId":%q}]}`, posted[0].DriverID, posted[0].DriverID)
			return
		}
		var raw json.RawMessage
		var ping schemas.Ping
		err := json.NewDecoder(r.Body).Decode(&raw)
		if err == nil {
			err = schemas.DecodePing(&ping, raw)
		}
		if err != nil {
			t.Error(err)
		}
		posted = append(posted, ping)
		w.WriteHeader(http.StatusAccepted)
		_, _ = fmt.Fprint(w, `{"accepted":1,"rejected":0,"errors":[]}`)
	}))
	defer gateway.Close()
	probe, err := newFreshPing(gateway.URL, "", "", "sim-t-")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := probe.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := probe.close(); err != nil {
		t.Error(err)
	}
	if len(posted) != 2 || posted[0].Status != schemas.StatusIdle || posted[1].Status != schemas.StatusOffline || posted[1].TS <= posted[0].TS || string(posted[1].DriverID) != string(posted[0].DriverID) {
		t.Errorf("posted %+v", posted)
	}
}
