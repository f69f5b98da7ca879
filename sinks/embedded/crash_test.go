package embedded

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sluice/pipelines"
	"sluice/schemas"
)

// childDir names the store to a test binary that is started to be killed.
const childDir = "SLUICE_EMBEDDED_CRASH_DIR"

// TestCrashChild is the process that TestKilled kills: it writes for ever, and says on stdout
// which batches were answered.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("only for TestKilled")
	}
	s, err := Open(Config{Dir: dir, NoSync: true, MaxLogBytes: minLogBytes})
	if err != nil {
		t.Fatal(err)
	}
	first, err := strconv.Atoi(os.Getenv(childDir + "_FIRST"))
	if err != nil {
		t.Fatal(err)
	}
	for lane := range 3 {
		go func() {
			for batch := first + lane; ; batch += 3 {
				writes := crashBatch(batch)
				results := make([]pipelines.Result, len(writes))
				if err := s.Write(context.Background(), writes, results); err != nil {
					panic(err)
				}
				for i := range results {
					if results[i].Verdict != pipelines.Stored {
						panic(fmt.Sprint(batch, i, results[i]))
					}
				}
				if _, err := fmt.Fprintln(os.Stdout, "stored", batch); err != nil {
					panic(err)
				}
			}
		}()
	}
	select {}
}

const crashRows = 500

// crashBatch is the same for the same number: half positions of drivers of its own, half history.
func crashBatch(batch int) []pipelines.Write {
	writes := make([]pipelines.Write, 0, 2*crashRows)
	for i := range crashRows {
		p := pingOf(batch*crashRows+i, 1_790_000_000_000+int64(batch))
		writes = append(writes, asLive(&p), asHistory(&p))
	}
	return writes
}

// TestKilled kills a writing process with kill -9, again and again: whatever was answered is there, whole, and
// nothing half.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	stored := map[int]bool{}
	next := 0
	for range 4 {
		last := runAndKill(t, dir, next, 12, stored)
		next = last + 1000 // a batch that was under way stays what it is
	}
	readBeside(t, dir, slices.Max(slices.Collect(maps.Keys(stored)))) // the logs are as the kill left them
	s := newStore(t, Config{Dir: dir, NoSync: true})
	docs := map[string][]byte{}
	for _, family := range []string{schemas.PositionsIndex, schemas.PingsAlias} {
		err := s.Documents(t.Context(), schemas.DocumentsQuery{Family: family}, func(d schemas.Document) error {
			if !json.Valid(d.Body) {
				t.Errorf("%s of %s is torn", d.ID, d.Target)
			}
			docs[d.Target+"/"+d.ID] = d.Body
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for batch := range stored {
		for _, w := range crashBatch(batch) {
			if got := docs[w.Target+"/"+string(w.Key)]; string(got) != string(w.Body) {
				t.Fatalf("batch %d was stored, but %s of %s is %q", batch, w.Key, w.Target, got)
			}
			if seen, err := s.Sees(t.Context(), w); err != nil || !seen {
				t.Fatalf("batch %d was stored, but %s is not seen: %v", batch, w.Key, err)
			}
		}
	}
	t.Logf("%d batches answered, %d documents there", len(stored), len(docs))
}

// readBeside lists the store by a Reader of this process, and fails the test unless a batch that was answered
// is there.
func readBeside(t *testing.T, dir string, batch int) {
	t.Helper()
	missing := map[string]bool{}
	for _, w := range crashBatch(batch) {
		missing[w.Target+"/"+string(w.Key)] = true
	}
	for _, family := range []string{schemas.PositionsIndex, schemas.PingsAlias} {
		err := reopened{Config{Dir: dir}}.Documents(t.Context(), schemas.DocumentsQuery{Family: family}, func(d schemas.Document) error {
			delete(missing, d.Target+"/"+d.ID)
			return nil
		})
		if err != nil {
			t.Errorf("reading beside the owner: %v", err)
		}
	}
	if len(missing) > 0 {
		t.Errorf("%d documents of batch %d are not seen", len(missing), batch)
	}
}

// runAndKill lets a process write until so many batches were answered, and kills it in the middle.
func runAndKill(t *testing.T, dir string, first, enough int, stored map[int]bool) (last int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestCrashChild$")
	child.Env = append(os.Environ(), childDir+"="+dir, childDir+"_FIRST="+strconv.Itoa(first))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	last = first
	for n := 0; lines.Scan(); n++ {
		text, ok := strings.CutPrefix(lines.Text(), "stored ")
		if !ok {
			continue
		}
		batch, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		stored[batch] = true
		last = max(last, batch)
		if n == enough/2 { // another process reads beside the one that writes
			readBeside(t, dir, batch)
		}
		if n == enough { // what it prints after that still counts: the loop reads on until its end
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() >= 0 {
		t.Fatalf("the process ended by itself: %v", err)
	}
	return last
}
