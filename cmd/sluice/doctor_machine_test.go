package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/internal/doctor"
	"sluice/internal/settings"
	"sluice/sinks/embedded"
)

func TestDoctorJudgesThisMachine(t *testing.T) {
	cfg, dir, here := defaults(t), t.TempDir(), &process{}
	open := *cfg
	open.HTTP.Listen = ":8080"
	keys := func(mode os.FileMode, content string) []doctor.Finding {
		path := filepath.Join(dir, "keys"+mode.String())
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		with := *cfg
		with.Keys.File = path
		return judgeKeys(&with)
	}
	line := "app " + strings.Repeat("0a", 32) + "\n"
	const mib = settings.Size(1 << 20)
	for name, v := range map[string]verdict{
		"clock":           {judgeOwnClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), nil},
		"no battery":      {judgeOwnClock(time.Unix(0, 0)), []string{"fail says 1970-01-01T00:00:00Z => timedatectl set-ntp true"}},
		"files":           {judgeFiles(cfg, 65536), nil},
		"few files":       {judgeFiles(cfg, 1024), []string{"fail 1024 may be open, http.maxConns (4096) needs 4608 => ulimit -n 4608 => SLUICE_HTTP_MAX_CONNS=512"}},
		"memory":          {judgeMemory(here.ofRoles(memoryConfig{Limit: 300 * mib}), 1024*mib), nil},
		"less memory":     {judgeMemory(here.ofRoles(memoryConfig{Limit: 300 * mib}), 320*mib), []string{"warn memory.limit (300MiB) leaves too little of the 320 MiB"}},
		"for all":         {judgeMemory(here.ofRoles(memoryConfig{Limit: 300 * mib}), 400*mib), []string{"warn memory.limit (300MiB, of which sluice run all makes 400MiB) leaves too little of the 400 MiB => SLUICE_MEMORY_LIMIT=240MiB"}},
		"too little":      {judgeMemory(here.ofRoles(memoryConfig{Limit: 300 * mib}), 256*mib), []string{"fail memory.limit (300MiB) is more than the 256 MiB that there are => SLUICE_MEMORY_LIMIT=204MiB"}},
		"no limit":        {judgeMemory(here.ofRoles(memoryConfig{}), 1024*mib), []string{"warn memory.limit is 0 => SLUICE_MEMORY_LIMIT=819MiB"}},
		"up":              {judgeMemory(here.ofUp(memoryConfig{Limit: 300 * mib}, 1000), 1024*mib), nil},
		"too little, up":  {judgeMemory(here.ofUp(memoryConfig{Limit: 300 * mib}, 1000), 380*mib), []string{"fail memory.limit (300MiB, of which sluice up makes 400MiB) is more than the 380 MiB that there are => SLUICE_MEMORY_LIMIT=81MiB"}},
		"little room, up": {judgeMemory(here.ofUp(memoryConfig{Limit: 300 * mib}, 1000), 600*mib), []string{"warn memory.limit (300MiB, of which sluice up makes 400MiB) leaves too little of the 600 MiB => SLUICE_MEMORY_LIMIT=213MiB"}},
		"mended, up":      {judgeMemory(here.ofUp(memoryConfig{Limit: 213 * mib}, 1000), 600*mib), nil},
		"no limit, up":    {judgeMemory(here.ofUp(memoryConfig{}, 1000), 1024*mib), []string{"warn memory.limit is 0 => SLUICE_MEMORY_LIMIT=468MiB"}},
		"memory not said": {judgeMemory(here.ofRoles(memoryConfig{Limit: 300 * mib}), 0), []string{"skip this system does not say"}},
		"no keys":         {judgeKeys(cfg), nil},
		"no keys, open":   {judgeKeys(&open), []string{"warn there are no API keys, and :8080 is open to the network"}},
		"keys":            {keys(0o640, line), nil},
		"keys for all":    {keys(0o644, line), []string{"warn everybody on this machine may read or write it => chmod 640 "}},
		"bad keys":        {keys(0o600, "app\n"), []string{"fail reading API keys"}},
		"refused by room": {judgeSpace(dir, 1<<60), []string{"fail only => below data.minFree"}},
		"no data":         {judgeData(filepath.Join(dir, "none"), 0), []string{"fail does not exist => sluice up --data "}},
		"another's data":  {judgeData(dir, 0), []string{"fail it is not a data directory"}},
	} {
		t.Run(name, v.holds)
	}
}

func TestMemoryIsTheLeastOfMachineAndGroup(t *testing.T) {
	root := t.TempDir() + "/"
	put := func(path, text string) {
		if err := os.MkdirAll(filepath.Dir(root+path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(root+path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := machineMemory(root); got != 0 {
		t.Errorf("nobody says: %s", got)
	}
	put("proc/meminfo", "MemFree: 1 kB\nMemTotal:       1048576 kB\n")
	put("sys/fs/cgroup/memory.max", "max\n")
	if got := machineMemory(root); got != 1<<30 {
		t.Errorf("the machine: %s", got)
	}
	put("sys/fs/cgroup/memory.max", "536870912\n")
	if got := machineMemory(root); got != 512<<20 {
		t.Errorf("the group: %s", got)
	}
}

// The default of data.maxDrivers is more than the default of memory.limit holds: doctor says so, and the reference.
func TestDoctorSaysWhatDriversTake(t *testing.T) {
	cfg, p := defaults(t), &process{}
	said := func(limit settings.Size, drivers int) string {
		return judgeMemory(p.ofUp(memoryConfig{Limit: limit}, drivers), 16<<30)[0].Text
	}
	if got, want := said(cfg.Memory.Limit, cfg.Data.MaxDrivers), "makes 400MiB; room for 1353001 drivers at most, data.maxDrivers is 2000000"; !strings.HasSuffix(got, want) {
		t.Errorf("%q, want %q at its end", got, want)
	}
	for _, fits := range []string{said(600<<20, cfg.Data.MaxDrivers), said(cfg.Memory.Limit, 1_000_000), said(0, cfg.Data.MaxDrivers)} {
		if strings.Contains(fits, "maxDrivers") {
			t.Errorf("they fit: %s", fits)
		}
	}
	need := settings.Size(cfg.Data.MaxDrivers) * embedded.DriverBytes
	for _, k := range settings.Keys(cfg, envPrefix) {
		if k.Path == "data.maxDrivers" && (!strings.Contains(k.Doc, fmt.Sprintf("about %d bytes of the heap each: 2,000,000 take %dMiB", embedded.DriverBytes, need>>20)) ||
			!strings.Contains(k.Doc, "the "+cfg.Memory.together().Limit.String()+" that sluice up makes")) {
			t.Errorf("the reference says %q", k.Doc)
		}
	}
}
