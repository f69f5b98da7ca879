package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"sluice/internal/doctor"
	"sluice/sinks/embedded"
)

// checkLevelsFile looks at the member levels of a data directory, and at the numbers in them when its own broker answers.
func checkLevelsFile(ctx context.Context, dir string, n *numbers) []doctor.Finding {
	where := filepath.Join(dir, levelsPart)
	look, err := embedded.LookAtLevels(ctx, where)
	if errors.Is(err, fs.ErrNotExist) {
		return only(doctor.Skipped("levels", where, "not there yet: `sluice up` makes it"))
	}
	found := judgeLevelsFile(dir, where, look, err, time.Now())
	if held, _ := holder(dir); err != nil || !held { // the broker that answers may be another installation's
		return found
	}
	return append(found, n.check(ctx, look.Epoch, look.Fence)...)
}

// judgeLevelsFile says how the file stands.
func judgeLevelsFile(dir, where string, look embedded.LevelsLook, err error, now time.Time) []doctor.Finding {
	j := judged{what: "levels", where: where}
	switch {
	case errors.Is(err, fs.ErrPermission):
		j.fail("sudo sluice doctor --data "+dir, "%v", err)
		return j.found
	case errors.Is(err, embedded.ErrFormat):
		j.fail("sluice up --data "+dir+" # with the version that made it", "%v", err)
		return j.found
	case errors.Is(err, embedded.ErrDamaged):
		j.fail("mv "+where+" "+where+".damaged # with `sluice up` stopped: it is made anew from the orders that the broker still has", "%v", err)
		return j.found
	case err != nil:
		j.fail("sluice doctor --data "+dir+" # again; when it stays, look at the disk", "%v", err)
		return j.found
	}
	if look.Recovering > 0 {
		j.warn("sluice lag --pipelines order-levels,purchase-levels # until they have caught up", "%s read back what was lost; until then their members are answered 503", countDoing(int64(look.Recovering), "bucket", "is to", "are to"))
	}
	lag := waitsIn(look, now)
	if lag.oldest >= outboxWarn {
		j.warn("sluice up --data "+dir+" # its log says why it does not publish", "the oldest of what is to be published has waited for %s", rounded(lag.oldest))
	}
	return j.or("%s; %s", count(look.Buckets, "bucket"), lag)
}
