package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sluice/internal/drill/fault"
	"sluice/internal/drill/script"
)

// drillCmd is `sluice drill`.
type drillCmd struct {
	Run  drillRunCmd  `cmd:"" help:"Play drills on real servers that it starts itself: faults under load, recovery, and a ledger that has to close."`
	List drillListCmd `cmd:"" help:"List the drills that there are."`
}

// drillsFlag says where the files of drills are.
type drillsFlag struct {
	Drills string `help:"Directory of the drills." default:"ops/drills" placeholder:"DIR" type:"path"`
}

// all reads every drill and complains of all that is wrong with any.
func (f drillsFlag) all() ([]script.Drill, error) {
	if _, err := os.Stat(f.Drills); err != nil {
		return nil, usage(fmt.Errorf("the drills: %w: run it in a checkout of sluice, or say where they are with --drills", err))
	}
	drills, err := script.ReadAll(os.DirFS(f.Drills))
	if err == nil && len(drills) == 0 {
		err = fmt.Errorf("there is no drill in %s", f.Drills)
	}
	for i := range drills {
		err = errors.Join(err, playable(&drills[i]))
	}
	if err != nil {
		return nil, usage(err)
	}
	return drills, nil
}

// named reads the drills of those files, or of those names in the directory.
func (f drillsFlag) named(files []string) ([]script.Drill, error) {
	var drills []script.Drill
	var errs []error
	for _, file := range files {
		dir, name := filepath.Split(file)
		if dir == "" {
			dir = f.Drills
		}
		d, err := script.Read(os.DirFS(dir), strings.TrimSuffix(name, ".yaml")+".yaml")
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("there is no drill %s in %s; `sluice drill list` names them", name, dir)
		}
		if err == nil {
			err = playable(&d)
		}
		drills, errs = append(drills, d), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, usage(err)
	}
	return drills, nil
}

// playable complains of faults, places and arguments that nobody knows.
func playable(d *script.Drill) error {
	var errs []error
	for i := range d.Faults {
		if err := fault.Check(d.Faults[i]); err != nil {
			errs = append(errs, fmt.Errorf("%s: faults[%d]: %w", d.Name, i, err))
		}
	}
	return errors.Join(errs...)
}

// drillListCmd lists.
type drillListCmd struct {
	drillsFlag
	JSON bool `help:"Print JSON." name:"json"`
}

// Help is the long text of --help.
func (drillListCmd) Help() string {
	return `One line a drill: its name, the sets that it is in (short: part of make test; random: may be drawn; long: only by its name), the numbers of the ` +
		`catalogue of faults that it is for, and what happens in it.

Example:
  sluice drill list
  sluice drill list --json | jq -r '.[] | select(.short) | .name'`
}

// listedDrill is one line of the list.
type listedDrill struct {
	Name      string   `json:"name"`
	About     string   `json:"about"`
	Catalogue []int    `json:"catalogue"`
	Short     bool     `json:"short"`
	Random    bool     `json:"random"`
	Long      bool     `json:"long"`
	Faults    []string `json:"faults"`
}

// Run prints them.
func (c *drillListCmd) Run(p *process) error {
	drills, err := c.all()
	if err != nil {
		return err
	}
	list := make([]listedDrill, len(drills))
	for i := range drills {
		d := &drills[i]
		list[i] = listedDrill{Name: d.Name, About: d.About, Catalogue: d.Catalogue, Short: d.Short, Random: d.Random, Long: d.Long}
		for k := range d.Faults {
			list[i].Faults = append(list[i].Faults, strings.TrimSpace(d.Faults[k].Kind+" "+d.Faults[k].On))
		}
	}
	if c.JSON {
		if err := json.NewEncoder(p.stdout).Encode(list); err != nil {
			return fmt.Errorf("printing: %w", err)
		}
		return nil
	}
	return printDrills(p.stdout, list)
}

func printDrills(w io.Writer, list []listedDrill) error {
	var b strings.Builder
	for i := range list {
		d := &list[i]
		var sets []string
		for _, s := range []struct {
			in   bool
			name string
		}{{d.Short, "short"}, {d.Random, "random"}, {d.Long, "long"}} {
			if s.in {
				sets = append(sets, s.name)
			}
		}
		fmt.Fprintf(&b, "%-28s %-13s %-9s %s\n", d.Name, strings.Join(sets, ","), strings.Trim(strings.Join(strings.Fields(fmt.Sprint(d.Catalogue)), ","), "[]"), d.About)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	return nil
}
