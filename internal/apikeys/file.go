package apikeys

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// The bounds of a key file.
const (
	maxClients  = 10_000
	maxSecrets  = 2 // live at once, so that one can be rotated in while the other still works
	maxLineSize = 1 << 10
)

// entry is one client of a key file.
type entry struct {
	id     string
	hashes [][sha256.Size]byte // one or two
}

var idForm = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// parse reads a key file: a line per client, its id and the SHA-256 of each of its one or two
// secrets in hex, apart by spaces. Empty lines and lines that begin with # are skipped.
// Errors name lines, never what is in them.
func parse(r io.Reader) ([]entry, error) {
	var entries []entry
	var complaints []error
	seen := map[string]bool{}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxLineSize), maxLineSize)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		e, err := parseLine(strings.Fields(line))
		switch {
		case err != nil:
			complaints = append(complaints, fmt.Errorf("line %d: %w", n, err))
		case seen[e.id]:
			complaints = append(complaints, fmt.Errorf("line %d: this id is there twice", n))
		case len(entries) == maxClients:
			return nil, fmt.Errorf("line %d: more than %d clients", n, maxClients)
		default:
			seen[e.id] = true
			entries = append(entries, e)
		}
	}
	if err := lines.Err(); err != nil {
		complaints = append(complaints, err)
	}
	if len(complaints) > 0 {
		return nil, errors.Join(complaints...)
	}
	if len(entries) == 0 {
		return nil, errors.New("it holds no key: to serve without keys, name no key file")
	}
	return entries, nil
}

func parseLine(words []string) (entry, error) {
	e := entry{id: words[0]}
	if !idForm.MatchString(e.id) {
		return e, errors.New("an id is 1 to 32 of a-z, 0-9 and -")
	}
	words = words[1:]
	if len(words) < 1 || len(words) > maxSecrets {
		return e, fmt.Errorf("an id is followed by 1 to %d hashes", maxSecrets)
	}
	for _, word := range words {
		raw, err := hex.DecodeString(word)
		if err != nil || len(raw) != sha256.Size {
			return e, errors.New("a hash is 64 hexadecimal digits")
		}
		e.hashes = append(e.hashes, [sha256.Size]byte(raw))
	}
	return e, nil
}
