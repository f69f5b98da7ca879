package apikeys

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func keysOf(t *testing.T, file string, cfg Config) (*Keys, error) {
	t.Helper()
	cfg.File = filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(cfg.File, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return New(cfg)
}

func TestClient(t *testing.T) {
	keys, err := keysOf(t, "# apps\n\nshop "+hash("one")+" "+hash("two")+"\nvan-7 "+hash("three")+"\n", Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ header, id string }{
		{"Bearer shop.one", "shop"},
		{"Bearer shop.two", "shop"},
		{"bearer van-7.three", "van-7"},
		{"Bearer shop.three", ""},
		{"Bearer shop.", ""},
		{"Bearer shop", ""},
		{"Bearer .one", ""},
		{"Bearer nobody.one", ""},
		{"Bearer shop." + hash("one"), ""},
		{"Basic shop.one", ""},
		{"", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", c.header)
		client, ok := keys.Client(r)
		if ok != (c.id != "") || (ok && client.ID != c.id) {
			t.Errorf("%q: %v %v", c.header, client, ok)
		}
	}
}

func TestGuard(t *testing.T) {
	keys, err := keysOf(t, "shop "+hash("one"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	h := keys.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for header, want := range map[string]int{"": http.StatusUnauthorized, "Bearer shop.one": http.StatusNoContent} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: %d", header, w.Code)
		}
	}
}

func TestOpen(t *testing.T) {
	keys, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	client, ok := keys.Client(httptest.NewRequest(http.MethodGet, "/", nil))
	if !ok || client != nil || client.Take(1<<40, 1<<40) != 0 || keys.Allows(1<<40, 1<<40) != nil {
		t.Error("without keys everyone may come in, without a quota")
	}
}

func TestBadFiles(t *testing.T) {
	const secretText = "Deadbeef-secret"
	for _, c := range []struct{ file, want string }{
		{"", "no key"},
		{"shop", "line 1"},
		{"Shop " + hash("x"), "line 1"},
		{"a." + hash("x"), "line 1"},
		{"\nshop " + secretText, "line 2"},
		{"shop " + strings.Repeat("ab ", 3), "line 1"},
		{"shop " + hash("x") + "\nshop " + hash("y"), "line 2"},
		{"shop " + strings.Repeat("a", 2000), "too long"},
	} {
		_, err := keysOf(t, c.file, Config{})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), secretText) {
			t.Errorf("%.20q: %v", c.file, err)
		}
	}
	if _, err := New(Config{File: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a file that there is not")
	}
}

func TestConfig(t *testing.T) {
	err := Config{RecordsPerSecond: -1, BurstBytes: 5}.Validate()
	if err == nil || !strings.Contains(err.Error(), "RecordsPerSecond") || !strings.Contains(err.Error(), "BurstBytes") {
		t.Error(err)
	}
	keys, err := keysOf(t, "shop "+hash("x"), Config{RecordsPerSecond: 10, BytesPerSecond: 1000, BurstBytes: 50})
	if err != nil {
		t.Fatal(err)
	}
	err = keys.Allows(101, 51)
	if err == nil || !strings.Contains(err.Error(), "BurstRecords (100)") || !strings.Contains(err.Error(), "BurstBytes (50)") {
		t.Error(err)
	}
	if err := keys.Allows(100, 50); err != nil {
		t.Error(err)
	}
}

func TestQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys, err := keysOf(t, "a "+hash("x")+"\nb "+hash("x"), Config{RecordsPerSecond: 10, BurstRecords: 20, BytesPerSecond: 100, BurstBytes: 1000})
		if err != nil {
			t.Fatal(err)
		}
		a, b := keys.clients["a"], keys.clients["b"]
		if wait := a.Take(20, 900); wait != 0 {
			t.Fatal("the burst must pass:", wait)
		}
		if wait := a.Take(5, 1); wait != 500*time.Millisecond {
			t.Error("five more records need half a second:", wait)
		}
		if wait := b.Take(20, 1); wait != 0 {
			t.Error("another client has a quota of its own:", wait)
		}
		time.Sleep(500 * time.Millisecond)
		if wait := a.Take(5, 1000); wait <= 0 {
			t.Error("the bytes are not there")
		}
		if wait := a.Take(5, 1); wait != 0 {
			t.Error("a refused request must not be charged its records:", wait)
		}
	})
}
