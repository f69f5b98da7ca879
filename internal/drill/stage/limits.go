package stage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Limits bound the next life of a process.
type Limits struct {
	OpenFiles uint64 // file descriptors; 0 = as ours
	Memory    int64  // bytes that a control group allows before the kernel kills; 0 = unlimited
}

// around is the command with a shell before it that takes the limits upon itself and then
// becomes the binary; freed is called when that has ended.
func (l Limits) around(name, binary string, args []string) (command []string, freed func() error, err error) {
	freed = func() error { return nil }
	command = append([]string{binary}, args...)
	if l == (Limits{}) {
		return command, freed, nil
	}
	script := `exec "$@"`
	if l.OpenFiles > 0 {
		script = "ulimit -n " + strconv.FormatUint(l.OpenFiles, 10) + " && " + script
	}
	group := ""
	if l.Memory > 0 {
		if group, err = memoryGroup(name, l.Memory); err != nil {
			return nil, freed, err
		}
		script = `echo $$ >"$0" && ` + script
		freed = func() error { return leave(group) }
	}
	return append([]string{"sh", "-c", script, filepath.Join(group, "cgroup.procs")}, command...), freed, nil
}

// memoryGroup makes a control group below our own that allows so many bytes, and no swap where
// the kernel counts it. It knows both versions of control groups.
func memoryGroup(name string, bytes int64) (string, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", errors.Join(ErrCannot, err)
	}
	parent, bound, swap := groupOf(string(text))
	if parent == "" {
		return "", fmt.Errorf("%w: there is no control group for memory", ErrCannot)
	}
	group := filepath.Join(parent, fmt.Sprintf("sluice-drill-%d-%s", os.Getpid(), name))
	if err := os.Mkdir(group, 0o750); err != nil {
		return "", fmt.Errorf("%w: making a control group: %w", ErrCannot, err)
	}
	if err := os.WriteFile(filepath.Join(group, bound), []byte(strconv.FormatInt(bytes, 10)), 0o600); err != nil {
		return "", fmt.Errorf("%w: bounding a control group: %w", ErrCannot, errors.Join(err, leave(group)))
	}
	err = os.WriteFile(filepath.Join(group, swap), []byte("0"), 0o600)
	if err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, os.ErrPermission) {
		return "", fmt.Errorf("%w: taking swap from a control group: %w", ErrCannot, errors.Join(err, leave(group)))
	}
	return group, nil
}

// groupOf finds our own control group for memory, and what its bounds' files are called.
func groupOf(self string) (dir, bound, swap string) {
	for line := range strings.Lines(self) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) == 3 && fields[1] == "memory" {
			return filepath.Join("/sys/fs/cgroup/memory", fields[2]), "memory.limit_in_bytes", "memory.swappiness"
		}
	}
	for line := range strings.Lines(self) {
		if path, unified := strings.CutPrefix(strings.TrimSpace(line), "0::"); unified {
			return filepath.Join("/sys/fs/cgroup", path), "memory.max", "memory.swap.max"
		}
	}
	return "", "", ""
}

// leave takes a control group away that nobody is in any more.
func leave(group string) error {
	if err := os.Remove(group); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("leaving a control group: %w", err)
	}
	return nil
}
