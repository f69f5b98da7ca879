package main

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// checkOut lays the commit's files out in a directory, and nothing else.
func (r *release) checkOut(ctx context.Context, dir string) error {
	packed, err := git(ctx, "archive", "--format=tar", r.commit)
	if err != nil {
		return err
	}
	files := tar.NewReader(bytes.NewReader(packed))
	for {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the commit's files: %w", err)
		}
		if err := layOut(dir, head, files); err != nil {
			return err
		}
	}
}

func layOut(dir string, head *tar.Header, content io.Reader) error {
	if !filepath.IsLocal(head.Name) && head.Typeflag != tar.TypeXGlobalHeader {
		return fmt.Errorf("the commit has a file outside of it: %s", head.Name)
	}
	path := filepath.Join(dir, head.Name) //nolint:gosec // local, see above
	switch head.Typeflag {
	case tar.TypeDir:
		return os.MkdirAll(path, 0o755) //nolint:gosec // as git does
	case tar.TypeReg:
		data, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644) //nolint:gosec // as git does
	}
	return nil // links and the commit's name: no source of ours
}

// compile builds the binary. Nothing of the directory, the machine or the hour may get
// into it: paths are trimmed, the go command does not look for a repository, and what the
// environment could change is set.
func (r *release) compile(ctx context.Context, t target, source, binary, cache string) error {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	flags := fmt.Sprintf("-s -w -buildid= -X main.version=%s -X main.revision=%s", r.version, r.commit)
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", flags, "-o", binary, "./cmd/sluice") //nolint:gosec // our own arguments
	build.Dir = source
	build.Env = buildEnv(os.Environ(), t, cache)
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building: %w\n%s", err, said)
	}
	return nil
}

// buildEnv is the environment without what would change a build, and with what decides it.
func buildEnv(environ []string, t target, cache string) []string {
	var env []string
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		switch name {
		case "GOFLAGS", "GOEXPERIMENT", "GOWORK", "GODEBUG", "GOFIPS140", "GOOS", "GOARCH", "GOAMD64", "GOARM64", "CGO_ENABLED":
		default:
			env = append(env, variable)
		}
	}
	env = append(env, "GOOS="+t.os, "GOARCH="+t.arch, "GOAMD64=v1", "GOARM64=v8.0", "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	if cache != "" {
		env = append(env, "GOCACHE="+cache)
	}
	return env
}

// examine makes sure that the binary is one of its platform, that a Linux one needs no library, and that
// nothing of what only drills need was asked for.
func examine(binary string, t target) (err error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("examining the binary: %w", err)
	}
	for _, setting := range info.Settings {
		if setting.Key == "-tags" {
			return fmt.Errorf("the binary is built with the tags %s", setting.Value)
		}
	}
	if t.os == "darwin" {
		file, err := macho.Open(binary)
		if err != nil {
			return fmt.Errorf("examining the binary: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		if want := map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}[t.arch]; file.Cpu != want || file.Type != macho.TypeExec {
			return fmt.Errorf("the binary is a %v for %v", file.Type, file.Cpu)
		}
		return nil
	}
	file, err := elf.Open(binary)
	if err != nil {
		return fmt.Errorf("examining the binary: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if want := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[t.arch]; file.Machine != want {
		return fmt.Errorf("the binary is for %v", file.Machine)
	}
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP {
			return errors.New("the binary is not static")
		}
	}
	return nil
}
