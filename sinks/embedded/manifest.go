package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// manifestName is the list of targets whose files must be there: plain text, one below the other.
const manifestName = "targets.txt"

// ErrMissing says that a file of the store has gone.
var ErrMissing = errors.New("a file of the store is missing")

// manifest is that list. A target comes in when its file is made and before anything is written there, and goes before
// its file does, so a process that is killed never leaves one in it whose file is rightly missing.
type manifest struct {
	dir string

	mu      sync.Mutex
	targets []string // sorted
}

// openManifest reads the list, and refuses a directory in which a file of it is missing. Files that are not in it
// yet come in: a directory may be older than the list, and a file put back from a copy.
func openManifest(dir string, there []string) (*manifest, error) {
	m := &manifest{dir: dir}
	raw, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the list of targets: %w", err)
	}
	m.targets = sorted(strings.Fields(string(raw)))
	var missing []string
	for _, target := range m.targets {
		if !slices.Contains(there, target) {
			missing = append(missing, target+fileSuffix)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%w: %s in %s. Put it back from a copy; or, to accept that all it held is lost, take its line out of %s there",
			ErrMissing, strings.Join(missing, ", "), dir, manifestName)
	}
	if slices.Equal(m.targets, there) {
		return m, nil
	}
	return m, m.keep(there)
}

// add puts a target in, durably.
func (m *manifest) add(target string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, found := slices.BinarySearch(m.targets, target)
	if found {
		return nil
	}
	return m.keep(slices.Insert(slices.Clone(m.targets), at, target))
}

// remove takes a target out, durably.
func (m *manifest) remove(target string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, found := slices.BinarySearch(m.targets, target)
	if !found {
		return nil
	}
	return m.keep(slices.Delete(slices.Clone(m.targets), at, at+1))
}

// keep replaces the list: whole or not at all.
func (m *manifest) keep(targets []string) error {
	path := filepath.Join(m.dir, manifestName)
	text := strings.Join(targets, "\n") + "\n"
	if err := writeSynced(path+".new", text); err != nil {
		return fmt.Errorf("writing the list of targets: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("writing the list of targets: %w", err)
	}
	if err := syncDir(m.dir); err != nil {
		return fmt.Errorf("writing the list of targets: %w", err)
	}
	m.targets = targets
	return nil
}

func writeSynced(path, text string) error {
	// What a link in its place leads to is not ours.
	f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_TRUNC|os.O_WRONLY|syscall.O_NOFOLLOW, 0o600)
	if errors.Is(err, syscall.ELOOP) {
		return fmt.Errorf("%s is a link: what it leads to would be overwritten; take it away: %w", filepath.Base(path), err)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
