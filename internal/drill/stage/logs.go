package stage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxKeptLog is how much is kept of what one server said last, bytes.
const maxKeptLog = 1 << 20

// KeepLogs copies what each broker said last, 1 MiB at most, into a directory that is there: to NAME.kafka-1.log and so
// on, and to NAME.kafka-1.before.log what it said before its last start. It replaces what is there of those names.
func (h *House) KeepLogs(dir, name string) error {
	var errs []error
	for _, s := range named(h.servers, "kafka") {
		log, kept := filepath.Join(h.home(s.Name), "log"), filepath.Join(dir, name+"."+s.Name)
		if err := keepEnd(log, kept+".log"); err != nil {
			errs = append(errs, fmt.Errorf("keeping the log of %s: %w", s.Name, err))
		}
		if err := keepEnd(log+".before", kept+".before.log"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("keeping the log of %s before its last start: %w", s.Name, err))
		}
	}
	return errors.Join(errs...)
}

// keepEnd copies the end of a file that somebody may be writing to.
func keepEnd(from, to string) (err error) {
	log, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	info, err := log.Stat()
	if err != nil {
		return err
	}
	if _, err := log.Seek(max(0, info.Size()-maxKeptLog), io.SeekStart); err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(log, maxKeptLog))
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644) //nolint:gosec // a report is for everybody
}
