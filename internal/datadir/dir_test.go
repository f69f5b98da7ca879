package datadir

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestOpenMakesAndKeeps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b")
	if err := Check(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("checking what is not there: %v", err)
	}
	d := mustOpen(t, path)
	kafka, err := d.Sub("kafka")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(kafka, "f"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Check(path); err != nil {
		t.Errorf("checking beside the holder: %v", err)
	}
	closing(t, d)
	d = mustOpen(t, path)
	defer closing(t, d)
	if again, err := d.Sub("kafka"); err != nil || again != kafka {
		t.Errorf("got %q %v", again, err)
	}
	if kept, err := os.ReadFile(filepath.Join(kafka, "f")); err != nil || string(kept) != "kept" {
		t.Errorf("got %q %v", kept, err)
	}
}

func TestSubTakesPlainNames(t *testing.T) {
	d := mustOpen(t, t.TempDir())
	defer closing(t, d)
	for _, name := range []string{"", ".", "..", "a/b", "../a", "/a", "a/"} {
		if path, err := d.Sub(name); err == nil {
			t.Errorf("%q gave %s", name, path)
		}
	}
}

func TestSecondIsToldWhoHolds(t *testing.T) {
	path := t.TempDir()
	d := mustOpen(t, path)
	_, err := Open(path)
	if err == nil || !strings.Contains(err.Error(), "pid "+strconv.Itoa(os.Getpid())) {
		t.Errorf("got %v", err)
	}
	closing(t, d)
	closing(t, mustOpen(t, path))
}

// The lock of a process that was killed is gone, although its pid is still in the file.
func TestKillFreesTheLock(t *testing.T) {
	path := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Dir, child.Env = path, append(os.Environ(), isChild+"=yes")
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("the child said %q %v", line, err)
	}
	_, err = Open(path)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("pid %d", child.Process.Pid)) {
		t.Errorf("while the child holds it: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Error("the child ended well")
	}
	closing(t, mustOpen(t, path))
}

// The lock's file is emptied for our pid, and the format's first written: not what a link in their place leads to.
func TestLinksAreNotWrittenThrough(t *testing.T) {
	for _, name := range []string{lockFile, formatTemp} {
		for _, marked := range []bool{false, true} {
			dir, other := t.TempDir(), filepath.Join(t.TempDir(), "other")
			err := os.WriteFile(other, []byte("precious"), 0o600)
			if marked {
				err = errors.Join(err, os.WriteFile(filepath.Join(dir, formatFile), []byte("sluice-data 1\n"), 0o600))
			}
			if err := errors.Join(err, os.Symlink(other, filepath.Join(dir, name))); err != nil {
				t.Fatal(err)
			}
			if d, err := Open(dir); err == nil {
				closing(t, d)
				t.Errorf("a link as %s, marked %t: it opens", name, marked)
			} else if !strings.Contains(err.Error(), "no plain file") {
				t.Errorf("got %v", err)
			}
			if kept, err := os.ReadFile(other); err != nil || string(kept) != "precious" {
				t.Errorf("%s, marked %t: what the link leads to is %q now, %v", name, marked, kept, err)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	put := func(name, content string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		prepare func(t *testing.T, dir string)
		want    string // "" = it opens
	}{
		"empty":              {func(*testing.T, string) {}, ""},
		"interrupted":        {func(t *testing.T, dir string) { put(lockFile, "123\n")(t, dir); put(formatTemp, "slu")(t, dir) }, ""},
		"new volume":         {func(t *testing.T, dir string) { mkdir(t, filepath.Join(dir, "lost+found")) }, ""},
		"this format":        {put(formatFile, "sluice-data 1\n"), ""},
		"somebody's home":    {put(".bashrc", "export X=1"), `other files such as ".bashrc"`},
		"newer":              {put(formatFile, "sluice-data 2\n"), "has format 2, made by a newer sluice"},
		"format zero":        {put(formatFile, "sluice-data 0\n"), "not sluice's"},
		"torn format":        {put(formatFile, "sluice-da"), "not sluice's"},
		"another's format":   {put(formatFile, "1\n"), "not sluice's"},
		"format is a folder": {func(t *testing.T, dir string) { mkdir(t, filepath.Join(dir, formatFile)) }, "is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c.prepare(t, dir)
			before := namesIn(t, dir)
			d, err := Open(dir)
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				closing(t, d)
				if err := Check(dir); err != nil {
					t.Errorf("checking: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("opening: %v", err)
			}
			if err := Check(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("checking: %v", err)
			}
			if after := namesIn(t, dir); !slices.Equal(after, before) {
				t.Errorf("it left %v, there were %v", after, before)
			}
		})
	}
}

func TestPathProblems(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"": "the path is empty", file: "is a file", filepath.Join(file, "below"): "not a directory"} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if err := Check(t.TempDir()); !errors.Is(err, errUnmarked) {
		t.Errorf("checking an empty directory: %v", err)
	}
}

func TestFree(t *testing.T) {
	if free, err := Free(t.TempDir()); err != nil || free <= 0 {
		t.Errorf("got %d %v", free, err)
	}
	if _, err := Free(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func mustOpen(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func closing(t *testing.T, d *Dir) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}
