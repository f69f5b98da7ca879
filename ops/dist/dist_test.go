package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The same content gives the same archive from anywhere, whoever owns the files, whenever they were written.
func TestArchiveIsItsContentAlone(t *testing.T) {
	at := time.Unix(1790000000, 0)
	var sums []string
	for i, text := range []string{"binary", "binary", "other"} {
		from := write(t, filepath.Join(t.TempDir(), "x"), text)
		if err := os.Chtimes(from, at, at.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "a.tar.gz")
		if err := writeArchive(path, "sluice_v1", []entry{{name: "sluice", from: from, mode: 0o755}}, at); err != nil {
			t.Fatal(err)
		}
		sum, err := sumOf(path)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, sum)
		if i == 0 {
			looksRight(t, path, at)
		}
	}
	if sums[0] != sums[1] || sums[0] == sums[2] {
		t.Errorf("checksums %v", sums)
	}
}

func looksRight(t *testing.T, path string, at time.Time) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	packed := tar.NewReader(zipped)
	head, err := packed.Next()
	if err != nil {
		t.Fatal(err)
	}
	if head.Name != "sluice_v1/sluice" || head.Mode != 0o755 || !head.ModTime.Equal(at) || head.Uid != 0 || head.Uname != "root" {
		t.Errorf("the file is %+v", head)
	}
	if _, err := packed.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("behind the last file: %v", err)
	}
}

// A binary for each platform can be made here, and is seen for what it is.
func TestBinariesAreOfTheirPlatform(t *testing.T) {
	source := t.TempDir()
	write(t, filepath.Join(source, "go.mod"), "module tiny\n")
	write(t, filepath.Join(source, "main.go"), "package main\n\nfunc main() {}\n")
	targets, err := parseTargets(strings.Join(allTargets(), ","))
	if err != nil {
		t.Fatal(err)
	}
	for i, made := range targets {
		binary := filepath.Join(t.TempDir(), "tiny")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
		build.Dir, build.Env = source, buildEnv(os.Environ(), made, "")
		if said, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", made, err, said)
		}
		for j, wanted := range targets {
			if err := examine(binary, wanted); (err == nil) != (i == j) {
				t.Errorf("a binary for %v as one for %v: %v", made, wanted, err)
			}
		}
	}
}

// What drills are built with is seen: no release has failpoints.
func TestABinaryWithTagsIsRefused(t *testing.T) {
	source := t.TempDir()
	write(t, filepath.Join(source, "go.mod"), "module tiny\n")
	write(t, filepath.Join(source, "main.go"), "package main\n\nfunc main() {}\n")
	made := target{"linux", "amd64"}
	for tags, good := range map[string]bool{"": true, "failpoints": false} {
		binary := filepath.Join(t.TempDir(), "tiny")
		build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-tags", tags, "-o", binary, ".")
		build.Dir, build.Env = source, buildEnv(os.Environ(), made, "")
		if said, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		if err := examine(binary, made); (err == nil) != good {
			t.Errorf("tags %q: %v", tags, err)
		}
	}
}

func TestEnvironmentDecidesNothing(t *testing.T) {
	env := buildEnv([]string{"PATH=/bin", "GOFLAGS=-race", "GOAMD64=v3", "GOEXPERIMENT=x"}, target{"linux", "arm64"}, "cache")
	for _, want := range []string{"PATH=/bin", "GOFLAGS=", "GOAMD64=v1", "GOARCH=arm64", "CGO_ENABLED=0", "GOCACHE=cache"} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s in %v", want, env)
		}
	}
	for _, bad := range []string{"GOFLAGS=-race", "GOAMD64=v3", "GOEXPERIMENT=x"} {
		if slices.Contains(env, bad) {
			t.Errorf("%s is in %v", bad, env)
		}
	}
}

func TestSums(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "b"), "")
	write(t, filepath.Join(dir, "a"), "abc")
	for range 2 { // the second time its own file is there
		sums, err := writeSums(dir)
		const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n" +
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
		if err != nil || string(sums) != want {
			t.Errorf("%v\n%s", err, sums)
		}
	}
}

func TestTargetsAreRefused(t *testing.T) {
	for _, text := range []string{"", "linux", "linux/", "/amd64", "linux/amd64,"} {
		if _, err := parseTargets(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// A file of a commit cannot get out of its directory.
func TestFilesStayInTheirDirectory(t *testing.T) {
	dir := t.TempDir()
	for name, good := range map[string]bool{"a/b.go": true, "../out": false, "/etc/x": false} {
		if err := os.MkdirAll(filepath.Join(dir, "a"), 0o750); err != nil {
			t.Fatal(err)
		}
		err := layOut(dir, &tar.Header{Typeflag: tar.TypeReg, Name: name}, strings.NewReader("x"))
		if (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
}
