package datadir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAnothersDirectoryIsLeftAlone(t *testing.T) {
	path := t.TempDir()
	me, other := os.Geteuid(), os.Geteuid()+1
	if err := owned(path, other); err != nil {
		t.Errorf("an empty directory that a group may share: %v", err)
	}
	closing(t, mustOpen(t, path))
	if err := owned(path, me); err != nil {
		t.Error(err)
	}
	err := owned(path, other)
	for _, want := range []string{"uid " + strconv.Itoa(me), "uid " + strconv.Itoa(other), "sudo -u '#" + strconv.Itoa(me), "chown -R " + strconv.Itoa(other) + " " + path} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("said %v, want %q in it", err, want)
		}
	}
}

func TestRootTakesNobodysDirectory(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only the superuser gives files away")
	}
	for _, name := range []string{".", formatFile, lockFile} {
		path := t.TempDir()
		closing(t, mustOpen(t, path))
		if err := os.Chown(filepath.Join(path, name), 4242, -1); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "belongs to uid 4242, this process is root (uid 0)") {
			t.Errorf("with %s given away: %v", name, err)
		}
	}
}

func TestDeniedSaysWhoAndWhatToDo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	me, tree := strconv.Itoa(os.Geteuid()), filepath.Dir(path)
	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"denied":       {fmt.Errorf("x: %w", &fs.PathError{Op: "open", Path: path, Err: unix.EACCES}), []string{"uid " + me, path + " belongs to", "chown -R " + me + " " + tree, "chmod -R u+rwX " + tree}},
		"not allowed":  {&fs.PathError{Op: "open", Path: path, Err: unix.EPERM}, []string{"chown -R " + me}},
		"out of sight": {&fs.PathError{Op: "open", Path: filepath.Join(path, "a", "b"), Err: unix.EACCES}, []string{path + " belongs to"}},
		"above":        {&fs.PathError{Op: "mkdir", Path: filepath.Join(tree, "none"), Err: unix.EACCES}, []string{tree + " belongs to", "choose another directory"}},
		"read only":    {&fs.PathError{Op: "open", Path: path, Err: unix.EROFS}, []string{"reading only", "mount"}},
	} {
		of := tree
		if name == "above" {
			of = filepath.Join(tree, "none")
		}
		said := Denied(c.err, of)
		if name == "above" && strings.Contains(said.Error(), "chown") {
			t.Errorf("%s: %q gives away what is not ours", name, said)
		}
		if !errors.Is(said, c.err) {
			t.Errorf("%s: the cause is lost in %v", name, said)
		}
		for _, want := range c.want {
			if !strings.Contains(said.Error(), want) {
				t.Errorf("%s: said %q, want %q in it", name, said, want)
			}
		}
	}
	other := &fs.PathError{Op: "open", Path: path, Err: unix.ENOENT}
	if said := Denied(other, tree); !errors.Is(said, other) || said.Error() != other.Error() {
		t.Errorf("a missing file became %v", said)
	}
}
