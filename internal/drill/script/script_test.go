package script

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const good = `about: Elasticsearch is killed with SIGKILL and comes back on its data.
catalogue: [12]
short: true
load: {rate: 200, late: 5%}
faults:
  - {fault: kill-server, on: elastic, for: 5s, with: {at: sink.after-write}}
expect:
  bites: ["retried > 0"]
  na: {L8: "a killed process takes its counters along"}
  consuming: 10s
`

func files(content map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for name, text := range content {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func TestADrillIsRead(t *testing.T) {
	d, err := Read(files(map[string]string{"kill-elastic.yaml": good}), "kill-elastic.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "kill-elastic" || !d.Short || d.Catalogue[0] != 12 || d.Run.Pipelines != 2 {
		t.Errorf("%+v", d)
	}
	if l := d.Load; l.Rate != 200 || l.Late != 0.05 || l.Double != 0.02 || l.Drivers != 400 {
		t.Errorf("load is %+v: want the file's words, and the usual where it has none", l)
	}
	if f := d.Faults[0]; f.Kind != "kill-server" || f.On != "elastic" || f.For != 5*time.Second || f.With["at"] != "sink.after-write" {
		t.Errorf("fault is %+v", f)
	}
	if e := d.Expect; e.Bites[0] != (Bite{Name: "retried", Op: ">"}) || e.Searchable != 30*time.Second || e.Consuming != 10*time.Second || e.NA["L8"] == "" || !e.Excuses("L7") {
		t.Errorf("expects %+v", e)
	}
}

// The shortest drills send some thousand records. Half of the poison goes by the gateway, half by the topic.
func TestTheUsualLoadShowsEachMisbehaviour(t *testing.T) {
	const shortest = 1000.0
	l := Usual().Load
	for name, share := range map[string]Share{"late": l.Late, "doubled": l.Double, "disordered": l.Disorder, "ahead": l.Ahead, "poison by one way": l.Poison / 2} {
		if never := math.Pow(1-float64(share), shortest); never > 1e-6 {
			t.Errorf("%s at %v does not happen at all in one of %.0f short loads", name, share, 1/never)
		}
	}
}

func TestADrillOfOrdersIsRead(t *testing.T) {
	text := strings.Replace(good, "load: {rate: 200, late: 5%}", "load: {orders: {members: 300, over: 48h}}\nrun: {redis: sentinel, jobs: 2}", 1)
	text = strings.Replace(text, "L8:", "L7c:", 1)
	d, err := Read(files(map[string]string{"a.yaml": text}), "a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := Orders{Members: 300, Void: 0.04, Purchase: 0.04, Over: 48 * time.Hour, Shuffle: 2 * time.Second}
	if d.Load.Orders != want || !d.Load.OfOrders() || d.Run.Redis != Sentinel || d.Run.Jobs != 2 || d.Run.Pipelines != 2 {
		t.Errorf("%+v %+v", d.Load, d.Run)
	}
	if of := d.Load.Assertions(); !slices.Contains(of, "L7c") || slices.Contains(of, "L8") {
		t.Errorf("it is judged by %v", of)
	}
	if usual := Usual(); usual.Load.OfOrders() || !slices.Contains(usual.Load.Assertions(), "L8") {
		t.Error("the usual load is not of pings")
	}
}

func TestAllComplaintsComeAtOnce(t *testing.T) {
	_, err := Read(files(map[string]string{"a.yaml": `catalogue: [0, 37]
long: true
short: true
run: {pipelines: 9, jobs: 5, env: {PATH: x}}
load: {rate: 0, drivers: 0, late: 60%, disorder: 51%, orders: {members: -1, void: 51%, over: 1s, shuffle: 2m}}
faults: [{on: elastic, for: -1s, after: 2h}]
expect: {na: {L12: x, L8: ""}, breaks: {L13: x}, searchable: 0s, consuming: -1s, refuses: 2h, flat: 200%}
`}), "a.yaml")
	if err == nil {
		t.Fatal("it is taken")
	}
	for _, want := range []string{
		"a.yaml: about:", "run.jobs: 5", "load.orders.members", "load.orders.void", "load.orders.over", "load.orders.shuffle", "catalogue: 0", "catalogue: 37", "long:", "run.pipelines: 9", `run.env: "PATH"`, "load.rate", "load.drivers", "load.late",
		"faults[0].fault", "faults[0].for", "faults[0].after", `expect.na: "L12"`, "expect.na.L8", `expect.breaks: "L13"`, "expect.searchable", "expect.consuming", "expect.refuses", "expect.flat", "load.disorder",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word about %s in\n%v", want, err)
		}
	}
}

func TestWhatIsNoDrill(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a key that nobody knows":     {good + "wrong: 1\n", "line 11: field wrong not found"},
		"a bite without a number":     {strings.Replace(good, "retried > 0", "retried > x", 1), `"x" is no number`},
		"a bite without a sign":       {strings.Replace(good, "retried > 0", "retried ~ 0", 1), "want one of >"},
		"a bite of two words":         {strings.Replace(good, "retried > 0", "retried 0", 1), "a name, a sign and a number"},
		"no duration":                 {strings.Replace(good, "for: 5s", "for: soon", 1), "time.Duration"},
		"a share that is none":        {strings.Replace(good, "5%", "much", 1), `share "much"`},
		"a disk without a size":       {good + "run: {elasticDisk: 5MB}\n", `size "5MB"`},
		"a special run that is drawn": {good + "random: true\nrun: {failpoints: true}\n", "random:"},
		"an unknown layout":           {good + "run: {redis: ring}\n", `redis "ring"`},
		"orders that are drawn":       {strings.Replace(good, "rate: 200", "orders: {members: 3}", 1) + "random: true\n", "a ledger of its own"},
		"two documents":               {good + "---\nabout: x\n", "more than one"},
		"nothing":                     {"", "EOF"},
		"far too much":                {good + strings.Repeat("#", maxFile), "is over"},
	} {
		if _, err := Read(files(map[string]string{"d.yaml": c.text}), "d.yaml"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestADirectoryIsReadByName(t *testing.T) {
	all, err := ReadAll(files(map[string]string{"b.yaml": good, "a.yaml": good, "README.md": "no drill"}))
	if err != nil || len(all) != 2 || all[0].Name != "a" || all[1].Name != "b" {
		t.Errorf("%+v, %v", all, err)
	}
	_, err = ReadAll(files(map[string]string{"b.yaml": "x: 1", "a.yaml": "y: 1"}))
	if err == nil || !strings.Contains(err.Error(), "a.yaml: ") || !strings.Contains(err.Error(), "b.yaml: ") {
		t.Errorf("%v: want both files", err)
	}
}

func TestBites(t *testing.T) {
	for text, holds := range map[string][3]bool{ // of 0, 1 and 2, beside 4 of y
		"x > 0.25 y": {false, false, true}, "x <= 0.25 y": {true, true, false},
		"x > 1": {false, false, true}, "x >= 1": {false, true, true}, "x = 1": {false, true, false}, "x <= 1": {true, true, false}, "x < 1": {true, false, false},
	} {
		var b Bite
		if err := b.UnmarshalText([]byte(text)); err != nil || b.String() != text {
			t.Errorf("%s is %s, %v", text, b, err)
		}
		for grown, want := range holds {
			if b.Holds(float64(grown), 4) != want {
				t.Errorf("%s holds of %d: %t", text, grown, !want)
			}
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Bytes{"512MiB": 512 << 20, "1GiB": 1 << 30, "4KiB": 4096, "17": 17} {
		var b Bytes
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%s is %d, %v", text, b, err)
		}
	}
}
