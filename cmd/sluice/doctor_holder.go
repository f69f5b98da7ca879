package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"sluice/internal/doctor"
)

// holder says which process has a data directory, and whether one may have it. A pid that a
// kill has left behind belongs to nobody, or by chance to another program: the kernel's lock
// counts, and is not tried here, because trying would take it.
func holder(dir string) (held bool, said string) {
	text, err := os.ReadFile(filepath.Join(dir, "LOCK"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return true, "this user may not see who holds it"
	}
	pid := strings.TrimSpace(string(text))
	if pid == "" {
		return false, "nobody holds it: `sluice up` does not run"
	}
	if n, err := strconv.Atoi(pid); err == nil && errors.Is(unix.Kill(n, 0), unix.ESRCH) {
		return false, "was left by process " + pid + ", which no longer runs; the next `sluice up` takes it"
	}
	return true, "held by process " + pid
}

// strangers takes a broker that answers for another installation's when nobody holds the data
// directory, and what it says for none of our concern.
func strangers(part *doctor.Part, dir string) {
	for i := range part.Reach {
		reach := part.Reach[i].Run
		part.Reach[i].Run = func(ctx context.Context) []doctor.Finding {
			found := reach(ctx)
			for _, f := range found {
				if f.Level == doctor.Fail {
					return found // nobody answers: that is said already
				}
			}
			return only(doctor.Warning("kafka", part.Reach[i].Where,
				"a broker answers, but nobody holds "+dir+": it is another installation's", "sluice up --data "+dir+" # with --kafka HOST:PORT of its own, while the other runs"))
		}
	}
	for i := range part.Checks {
		what, where := part.Checks[i].What, part.Checks[i].Where
		part.Checks[i].Run = func(context.Context) []doctor.Finding {
			return only(doctor.Skipped(what, where, "the broker that answers is another installation's"))
		}
	}
}
