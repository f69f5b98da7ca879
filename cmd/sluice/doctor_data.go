package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"sluice/internal/datadir"
	"sluice/internal/doctor"
)

// dataPart is the data directory of an embedded installation.
func dataPart(dir string, minFree int64, n *numbers) doctor.Part {
	return doctor.Part{Name: "data directory", Checks: []doctor.Check{
		{What: "data", Where: dir, Run: func(context.Context) []doctor.Finding { return judgeData(dir, minFree) }},
		{What: "levels", Where: filepath.Join(dir, levelsPart), Run: func(ctx context.Context) []doctor.Finding { return checkLevelsFile(ctx, dir, n) }},
	}}
}

// judgeData looks at the directory's format, its holder, its permissions and its disk.
func judgeData(dir string, minFree int64) []doctor.Finding {
	j := judged{what: "data", where: dir}
	err := datadir.Check(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		j.fail("sluice up --data "+dir, "does not exist")
		return j.found
	case errors.Is(err, fs.ErrPermission):
		j.fail("sudo sluice doctor --data "+dir, "%v", err)
		return j.found
	case err != nil:
		j.fail("sluice doctor --data DIR # the directory that `sluice up` uses", "%v", err)
		return j.found
	}
	if err := unix.Access(dir, unix.R_OK|unix.W_OK|unix.X_OK); err != nil {
		j.warn("sudo -u "+ownerName(dir)+" sluice up --data "+dir, "this user may not write there (%v): `sluice up` needs one who may", err)
	}
	_, said := holder(dir)
	return slices.Concat(j.or("%s", said), judgeOwners(dir), judgeSpace(dir, minFree))
}

// spaceLeast is what a data directory needs to work on: segments, the store's log and its
// merges.
const (
	spaceLeast = 1 << 30
	spaceWarn  = 5 << 30
)

// judgeSpace compares what is free with that, and with data.minFree, below which the broker refuses records.
func judgeSpace(dir string, minFree int64) []doctor.Finding {
	j := judged{what: "disk", where: dir}
	free, err := datadir.Free(dir)
	if err != nil {
		return only(doctor.Skipped("disk", dir, err.Error()))
	}
	fix := fmt.Sprintf("du -sh %s/* # then a larger disk, or keep less: SLUICE_GPS_KEEP_DAYS=30 SLUICE_DATA_KEEP_FOR=12h", dir)
	switch {
	case free < minFree:
		j.fail(fix, "only %s are free: below data.minFree (%s) no record is accepted", human(free), human(minFree))
	case free < spaceLeast:
		j.fail(fix, "only %s are free: nothing is acknowledged once they are used", human(free))
	case free < max(spaceWarn, 2*minFree):
		j.warn(fix, "only %s are free", human(free))
	}
	return j.or("%s are free", human(free))
}
