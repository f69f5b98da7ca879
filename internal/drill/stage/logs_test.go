package stage

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestTheEndsOfTheBrokersLogsAreKept(t *testing.T) {
	dir, report := t.TempDir(), t.TempDir()
	h := &House{cfg: Config{Dir: dir}}
	long := append(bytes.Repeat([]byte("x"), maxKeptLog), "the end\n"...)
	for name, text := range map[string][]byte{"kafka-1": []byte("all of it\n"), "kafka-2": long, "elastic": []byte("not asked for\n")} {
		h.servers = append(h.servers, &Server{Name: name, keeper: h})
		if err := os.MkdirAll(h.home(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(h.home(name), "log"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(h.home("kafka-1"), "log.before"), []byte("dying\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.KeepLogs(report, "kill-broker"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{
		"kafka-1": []byte("all of it\n"), "kafka-1.before": []byte("dying\n"), "kafka-2": long[len(long)-maxKeptLog:],
	} {
		kept, err := os.ReadFile(filepath.Join(report, "kill-broker."+name+".log"))
		if err != nil || !bytes.Equal(kept, want) {
			t.Errorf("%s: %d bytes are kept, want the last %d, %v", name, len(kept), len(want), err)
		}
	}
	if kept, err := os.ReadDir(report); err != nil || len(kept) != 3 {
		t.Errorf("kept %v, %v", kept, err)
	}
	h.servers = []*Server{{Name: "kafka-3", keeper: h}}
	if h.KeepLogs(report, "kill-broker") == nil {
		t.Error("a log that is not there was kept")
	}
}
