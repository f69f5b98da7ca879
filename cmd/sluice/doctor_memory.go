package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"sluice/internal/doctor"
	"sluice/internal/settings"
	"sluice/sinks/embedded"
)

// footprint is what a process may take of a machine's memory.
type footprint struct {
	who    string        // the command that makes more of memory.limit; "" = none
	set    settings.Size // memory.limit, or what GOMEMLIMIT says
	limit  settings.Size // what the process makes of it
	beside settings.Size // what is not Go's and large; 0 = no more than usual
	env    bool          // it is GOMEMLIMIT that says so
	crowd  int           // data.maxDrivers, who are in memory; 0 = none are
	maybe  bool          // nobody knows whether there is such a process: one that does not fit is no failure
}

// besideUp is the most that SQLite's page caches keep in sluice up (positions and a day 48 MiB each, two months of orders 16,
// member levels 32), and the program itself.
const besideUp = 195 << 20

// ofUp is that of sluice up with so many drivers at most.
func (p *process) ofUp(c memoryConfig, drivers int) []footprint {
	up := p.footprint("sluice up", c, c.together())
	up.beside, up.crowd = besideUp, drivers
	return []footprint{up}
}

// ofRoles are those of processes on servers, with one role or with all; what they take beside the heap is within the usual fifth.
func (p *process) ofRoles(c memoryConfig) []footprint {
	all := p.footprint("sluice run all", c, c.forRoles(allRoles()))
	all.maybe = true
	return []footprint{p.footprint("", c, c), all}
}

// footprint is that of a process that gives these settings to limitMemory.
func (p *process) footprint(who string, set, made memoryConfig) footprint {
	return footprint{who: who, set: p.heapLimit(set), limit: p.heapLimit(made), env: p.tellsGo("GOMEMLIMIT")}
}

// machineMemory is what a process may use: the least of what the machine has and what its
// control group allows; 0 = nobody says. root is / but for tests.
func machineMemory(root string) settings.Size {
	var least settings.Size
	for _, file := range [...]string{"sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if n := numberIn(root + file); n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	info, err := os.ReadFile(root + "proc/meminfo")
	if err != nil {
		return least
	}
	for line := range strings.Lines(string(info)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == "MemTotal:" {
			if kib, err := strconv.ParseInt(fields[1], 10, 64); err == nil && (least == 0 || settings.Size(kib<<10) < least) {
				least = settings.Size(kib << 10)
			}
		}
	}
	return least
}

// numberIn reads a file of one number; "max" and a file that is not there are none.
func numberIn(path string) settings.Size {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return settings.Size(n)
}

// judgeMemory compares what processes may take with what there is; it tells of the first that does not fit.
func judgeMemory(takes []footprint, there settings.Size) (found []doctor.Finding) {
	for _, one := range takes {
		if found = one.judge(there); found[0].Level != doctor.OK {
			return found
		}
	}
	return found
}

// judge knows that what is not Go's heap needs about a fifth beside it.
func (f footprint) judge(there settings.Size) []doctor.Finding {
	j := judged{what: "memory", where: "this machine"}
	room, limit := there*8/10-f.beside, f.set.String()
	if f.limit > f.set {
		limit += fmt.Sprintf(", of which %s makes %s", f.who, f.limit)
	}
	if f.who != "" && !f.env {
		room = withoutGateway(room)
	}
	key, variable, none := "memory.limit", "SLUICE_MEMORY_LIMIT", "0"
	if f.env {
		key, variable, none = "GOMEMLIMIT", "GOMEMLIMIT", "off"
	}
	fix := fmt.Sprintf("%s=%dMiB # or a larger machine", variable, max(room>>20, 64))
	switch {
	case there == 0:
		return only(doctor.Skipped("memory", "this machine", "this system does not say what there is"))
	case f.set == 0:
		j.warn(fix, "%s is %s: a process near the end of %s is killed before its collector works harder", key, none, human(int64(there)))
	case f.limit > there && !f.maybe:
		j.fail(fix, "%s (%s) is more than the %s that there are", key, limit, human(int64(there)))
	case f.limit+f.beside > there/10*9:
		j.warn(fix, "%s (%s) leaves too little of the %s that there are", key, limit, human(int64(there)))
	}
	if most := int(f.limit / embedded.DriverBytes); most < f.crowd && f.limit > 0 {
		limit += fmt.Sprintf("; room for %d drivers at most, data.maxDrivers is %d", most, f.crowd)
	}
	return j.or("%s, %s %s", human(int64(there)), key, limit)
}
