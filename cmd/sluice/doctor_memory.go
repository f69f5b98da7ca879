package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"sluice/internal/doctor"
	"sluice/internal/settings"
)

// footprint is what a process may take of a machine's memory.
type footprint struct {
	set    settings.Size // memory.limit
	limit  settings.Size // what the process makes of it
	beside settings.Size // what is not Go's and large; 0 = no more than usual
}

// besideUp is the most that SQLite's page caches keep in sluice up (positions and a day 48 MiB each, two months of orders 16,
// member levels 32), and the program itself.
const besideUp = 195 << 20

func (c memoryConfig) ofUp() footprint { return footprint{c.Limit, c.together().Limit, besideUp} }

// ofRole is that of a process with one role; what it takes beside the heap is within the usual fifth.
func (c memoryConfig) ofRole() footprint { return footprint{set: c.Limit, limit: c.Limit} }

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

// judgeMemory compares what a process may take with what there is; the rest of it needs about a fifth beside Go's heap.
func judgeMemory(takes footprint, there settings.Size) []doctor.Finding {
	j := judged{what: "memory", where: "this machine"}
	room, limit := there*8/10-takes.beside, takes.set.String()
	if takes.beside > 0 {
		room, limit = room*2/3, fmt.Sprintf("%s, of which sluice up makes %s", takes.set, takes.limit)
	}
	fix := fmt.Sprintf("SLUICE_MEMORY_LIMIT=%dMiB # or a larger machine", max(room>>20, 64))
	switch {
	case there == 0:
		return only(doctor.Skipped("memory", "this machine", "this system does not say what there is"))
	case takes.set == 0:
		j.warn(fix, "memory.limit is 0: a process near the end of %s is killed before its collector works harder", human(int64(there)))
	case takes.limit > there:
		j.fail(fix, "memory.limit (%s) is more than the %s that there are", limit, human(int64(there)))
	case takes.limit+takes.beside > there/10*9:
		j.warn(fix, "memory.limit (%s) leaves too little of the %s that there are", limit, human(int64(there)))
	}
	return j.or("%s, memory.limit %s", human(int64(there)), limit)
}
