package elastic

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestValidateNamesEverything(t *testing.T) {
	cfg := Config{
		URLs: []string{"http://user:hunter2@host", "ftp://host", "http://"}, APIKey: "hunter2", APIKeyFile: "f", Username: "u",
		Password: "hunter2", PasswordFile: "g", IndexPrefix: "Upper*", MaxBodyBytes: 1, MaxReplyBytes: 1, RequestTimeout: -1, MaxInFlight: 1000,
	}
	err := cfg.Validate()
	if err == nil {
		t.Fatal("nothing is wrong with it")
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 11 {
		t.Errorf("%d complaints, want 11:\n%v", n, err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret is told: %v", err)
	}
	if err := (Config{URLs: []string{"https://host:9200/path"}, IndexPrefix: "a-"}).Validate(); err != nil {
		t.Errorf("a good one: %v", err)
	}
	if err := (Config{}).Validate(); err == nil {
		t.Error("no URL is accepted")
	}
}

func TestSecretsAreHidden(t *testing.T) {
	cfg := Config{APIKey: "hunter2", Password: "hunter2"}
	asJSON, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%v %+v %#v %s", cfg, cfg, cfg, asJSON); strings.Contains(all, "hunter2") || !strings.Contains(all, hidden) {
		t.Errorf("printed as %s", all)
	}
}

func TestSecretFromFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := readSecret("key", "", file); err != nil || got != "abc" {
		t.Errorf("%q, %v", got, err)
	}
	if err := os.WriteFile(file, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSecret("key", "", file); err == nil {
		t.Error("an empty file is accepted")
	}
	if _, err := New(Config{URLs: []string{"http://h"}, APIKeyFile: file + "x", CAFile: file}, quiet{}); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("both files should be complained about: %v", err)
	}
}
