package elastic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/sinks/sinkstest"
)

// sent writes down every request, as a person reads it.
func sent(server *sinkstest.Scripted) []byte {
	var out bytes.Buffer
	for _, r := range server.Requests() {
		fmt.Fprintf(&out, "%s %s\n", r.Method, r.Path)
		if kind := r.Header.Get("Content-Type"); kind != "" {
			fmt.Fprintf(&out, "Content-Type: %s\n", kind)
		}
		var pretty bytes.Buffer
		if r.Header.Get("Content-Type") == "application/json" && json.Indent(&pretty, r.Body, "", "  ") == nil {
			out.Write(pretty.Bytes())
		} else {
			out.Write(r.Body)
		}
		out.WriteString("\n")
	}
	return out.Bytes()
}

func TestGoldenBulk(t *testing.T) {
	server := sinkstest.NewScripted(t)
	s := newSink(t, Config{URLs: []string{server.URL()}, IndexPrefix: "p-"})
	writes := []pipelines.Write{
		{Target: "positions", Key: []byte("D0000123"), Version: 1790000000123, Body: []byte(`{"driverId":"D0000123"}`)},
		{Target: "pings-2026.09.21", Key: []byte(`D"1\-1790000000123-42`), Body: []byte(`{"driverId":"D\"1\\"}`)},
	}
	if err := s.Write(t.Context(), writes, make([]pipelines.Result, 2)); err != nil {
		t.Fatal(err)
	}
	golden(t, "bulk.txt", sent(server))
}

func TestGoldenSearches(t *testing.T) {
	server := sinkstest.NewScripted(t)
	r := newReader(t, Config{URLs: []string{server.URL()}, IndexPrefix: "p-"})
	ok := sinkstest.Answer{Status: http.StatusOK, Body: `{"hits":{"hits":[]},"docs":[{"found":true,"_source":{}}]}`}
	for _, path := range []string{"p-positions/_search", "p-pings/_search", "p-positions/_mget"} {
		server.Answer("POST /"+path, ok)
	}
	near := schemas.NearbyQuery{Lat: 31.2304, Lon: 121.4737, Radius: 3000, Limit: 20, MaxAge: time.Minute, Now: time.UnixMilli(1790000000000)}
	_, err1 := r.Nearby(t.Context(), near)
	near.Status, near.Vehicle, near.City = "idle", "van", "shanghai"
	_, err2 := r.Nearby(t.Context(), near)
	_, err3 := r.Driver(t.Context(), "D/1")
	track := schemas.TrackQuery{DriverID: "D1", From: 1, To: 100, Limit: 50}
	_, err4 := r.Track(t.Context(), track)
	track.Cursor = schemas.TrackStep{7, 0, -1}.Cursor()
	_, err5 := r.Track(t.Context(), track)
	_, err6 := r.Within(t.Context(), schemas.WithinQuery{Box: schemas.Box{South: -18, West: 179, North: -16, East: -179}, Since: 5, Limit: 100})
	for i, err := range []error{err1, err2, err3, err4, err5, err6} {
		if err != nil {
			t.Errorf("read %d: %v", i+1, err)
		}
	}
	golden(t, "searches.txt", sent(server))
}

func TestGoldenSetup(t *testing.T) {
	server := sinkstest.NewScripted(t)
	cfg := Config{URLs: []string{server.URL()}, IndexPrefix: "p-"}
	templates, err := schemas.Templates("p-", schemas.TemplateOptions{Shards: 2, Replicas: 1, Refresh: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSetup(cfg, templates)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	done := sinkstest.Answer{Status: http.StatusOK, Body: `{"acknowledged":true}`}
	for _, request := range []string{
		"PUT /_index_template/p-positions", "PUT /_index_template/p-pings", "PUT /_index_template/p-orders", "PUT /p-positions", "DELETE /p-pings-2026.09.01",
		"PUT /_ilm/policy/p-pings-retention", "PUT /p-pings-*/_settings",
	} {
		server.Answer(request, done)
	}
	server.Answer("GET /_resolve/index/p-pings-*", sinkstest.Answer{
		Status: http.StatusOK,
		Body:   `{"indices":[{"name":"p-pings-2026.09.01"},{"name":"p-pings-2026.09.14"},{"name":"p-pings-old"}]}`,
	})
	if _, err := s.Apply(t.Context()); err != nil {
		t.Error(err)
	}
	now := time.UnixMilli(1790000000000)
	if _, err := s.Retain(t.Context(), "pings-", 7, now); err != nil {
		t.Error(err)
	}
	server.Answer("GET /_ilm/status", sinkstest.Answer{Status: http.StatusOK, Body: `{"operation_mode":"RUNNING"}`})
	if got, err := s.Retain(t.Context(), "pings-", 7, now); err != nil || !got.ByILM {
		t.Errorf("where ILM runs: %+v, %v", got, err)
	}
	golden(t, "setup.txt", sent(server))
}
