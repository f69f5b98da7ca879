package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/internal/send"
)

// Refused records have had their answer; a file of which nothing was taken is a failure all the same.
func TestSendFailsWhenNothingIsAccepted(t *testing.T) {
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		good := strings.Count(string(body), "good")
		if err != nil {
			t.Error(err)
		}
		status, answer := http.StatusAccepted, `{"accepted":1,"rejected":1,"errors":[{"index":1,"code":"missing"}]}`
		if good == 0 {
			status, answer = http.StatusBadRequest, `{"accepted":0,"rejected":2,"errors":[{"index":0,"code":"missing"},{"index":1,"code":"missing"}]}`
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer) // the command would say what is missing
	}))
	defer gateway.Close()
	for name, c := range map[string]struct {
		lines string
		code  int
		want  string
	}{
		"some refused":       {"{\"good\":1}\n{}\n", exitDone, ""},
		"all refused":        {"{}\n{}\n", exitFailed, "not one of 2 records was accepted"},
		"nothing to be sent": {"", exitDone, ""},
	} {
		code, stdout, stderr := execute(t, nil, "send", pingsFile(t, c.lines), "--to", gateway.URL)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, %s%s", name, code, stdout, stderr)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// The columns that the help names are found.
func TestSendsHelpNamesColumns(t *testing.T) {
	help := sendCmd{}.Help()
	for _, columns := range []string{"driverId,ts,lat,lon", "driver,timestamp,latitude,lng", "vehicle_id,time,y,longitude", "device_id,datetime,lat,x", "id,ts,lat,lon,vehicle_type,speed"} {
		if _, err := send.NewCSV(strings.NewReader(columns+"\n"), nil); err != nil {
			t.Errorf("%s: %v", columns, err)
		}
		for column := range strings.SplitSeq(columns, ",") {
			if !strings.Contains(help, column) {
				t.Errorf("the help does not name %s", column)
			}
		}
	}
}
