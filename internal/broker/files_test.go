package broker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file is replaced by one beside it: what a link there leads to is not written.
func TestAFileIsNotReplacedThroughALink(t *testing.T) {
	path, other := filepath.Join(t.TempDir(), endsFile), filepath.Join(t.TempDir(), "other")
	err := errors.Join(os.WriteFile(path, []byte("{}"), 0o600), os.WriteFile(other, []byte("kept"), 0o600), os.Symlink(other, path+".tmp"))
	if err != nil {
		t.Fatal(err)
	}
	if err := writeJSON(path, 7); err == nil || !strings.Contains(err.Error(), endsFile+".tmp is a link") {
		t.Errorf("it is written: %v", err)
	}
	for file, want := range map[string]string{path: "{}", other: "kept"} {
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is %q now, %v", filepath.Base(file), got, err)
		}
	}
}

// A file that is cut off is no link: what that leads to keeps its length.
func TestAFileIsNotCutThroughALink(t *testing.T) {
	path, other := filepath.Join(t.TempDir(), "segment"), filepath.Join(t.TempDir(), "other")
	if err := errors.Join(os.WriteFile(other, []byte("kept"), 0o600), os.Symlink(other, path)); err != nil {
		t.Fatal(err)
	}
	if err := cutFile(path, 1); err == nil {
		t.Error("it is cut off")
	}
	if got, err := os.ReadFile(other); err != nil || string(got) != "kept" {
		t.Errorf("it is %q now, %v", got, err)
	}
}
