package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"sluice/internal/drill/watch"
)

// troubled is a campaign with all that can go otherwise than well.
func troubled() *Campaign {
	c := sampled(4, 40, 1, 3)
	bad, cannot := &c.Drills[1], &c.Drills[2]
	c.Verdict, bad.Verdict = Failed, Failed
	bad.Failures = []string{`L1 no loss fails: <script>alert(1)</script> is nowhere` + "\nand a second line", "the fault did not bite"}
	bad.Assertions[1].State, bad.Assertions[1].Detail, bad.Assertions[1].First = stateFails, "3 faults; 9942 acknowledged", []string{`record 17 "<b>": is nowhere`}
	bad.Assertions[9].State, bad.Assertions[9].Allowed = stateFails, "the group's offsets are deleted"
	bad.Injections[1].Healed, bad.Injections[1].Healing = time.Time{}, time.Time{}
	bad.Injections[2] = Injection{Round: 3, Fault: "kill-server", On: "elastic"}
	bad.Injections[1].Searchable = Recovery{Asked: true, Seconds: -1, Limit: 30}
	cannot.Verdict, cannot.Why = Cannot, "the machine has no cgroup that we may write"
	cannot.Assertions, cannot.Bites, cannot.Stops, cannot.Injections, cannot.Watched = nil, nil, nil, nil, watch.Record{}
	c.Schedule = []string{"1: kill-server on elastic"}
	return c
}

func render(t *testing.T, c *Campaign) (string, *html.Node) {
	t.Helper()
	var b bytes.Buffer
	if err := Page(&b, c); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), root
}

// each calls for every element below.
func each(n *html.Node, call func(n *html.Node, attr map[string]string)) {
	if n.Type == html.ElementNode {
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = a.Val
		}
		call(n, attr)
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		each(child, call)
	}
}

func TestThePageNeedsNothingElse(t *testing.T) {
	text, root := render(t, troubled())
	ids, links := map[string]bool{}, []string{}
	count := map[string]int{}
	each(root, func(n *html.Node, attr map[string]string) {
		count[n.Data]++
		switch n.Data {
		case "script", "link", "img", "iframe", "object", "embed", "base", "form":
			t.Errorf("there is a <%s>", n.Data)
		}
		for key, value := range attr {
			switch {
			case key == "src" || key == "srcset" || key == "action" || strings.HasPrefix(key, "on"):
				t.Errorf("<%s %s=%q>", n.Data, key, value)
			case key == "href" && !strings.HasPrefix(value, "#"):
				t.Errorf("a link leads away: %q", value)
			case key == "href":
				links = append(links, value[1:])
			case key == "id" && ids[value]:
				t.Errorf("two elements are called %s", value)
			case key == "id":
				ids[value] = true
			}
		}
	})
	for _, link := range links {
		if !ids[link] {
			t.Errorf("a link leads to #%s, which is not there", link)
		}
	}
	for _, away := range []string{"http:", "https:", "url(", "@import", "ZgotmplZ", "NaN", "Inf", "<no value>", "%!"} {
		if strings.Contains(text, away) {
			t.Errorf("the page contains %q", away)
		}
	}
	if count["svg"] < 10 || count["section"] < 5 || len(links) < 4 {
		t.Errorf("the page is nearly empty: %v", count)
	}
}

func TestThePageSaysWhatWasFound(t *testing.T) {
	_, root := render(t, troubled())
	var words strings.Builder
	titles := []string{}
	each(root, func(n *html.Node, attr map[string]string) {
		titles = append(titles, attr["title"])
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			if child.Type == html.TextNode && n.Data != "style" {
				words.WriteString(child.Data + " ")
			}
		}
	})
	text := strings.Join(strings.Fields(words.String()), " ")
	for _, want := range []string{
		"1 of 4 drills did not hold", "What failed first", `L1 no loss fails: <script>alert(1)</script> is nowhere`, `record 17 "<b>": is nowhere`,
		"cannot: the machine has no cgroup that we may write", "allowed here: the group's offsets are deleted", "4711", "three brokers, RF 3",
		"never healed", "✕ never", "redelivered was 91", "pipelines-1 4", "gps-live", "Schedule of the seed", "sluice drill run --all --times 3",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if !slices.ContainsFunc(titles, func(s string) bool { return strings.HasPrefix(s, "round 1: kill-server · elastic, from 0:0") }) {
		t.Error("no bar says which fault it is")
	}
}

// An hour at a look a second, with a fault every 20 s, in a page that can be sent around.
func TestThePageOfASoakStaysSmall(t *testing.T) {
	c := sampled(1, 3600, 1, 180)
	text, _ := render(t, c)
	if len(text) > 1<<20 {
		t.Errorf("the page has %d bytes", len(text))
	}
	c = sampled(40, 45, 1, 3)
	if text, _ = render(t, c); len(text) > 2<<20 {
		t.Errorf("the page of 40 drills has %d bytes", len(text))
	}
}

func TestACampaignComesBackFromItsJSON(t *testing.T) {
	c := troubled()
	dir := t.TempDir()
	if err := Write(dir, c); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, JSONName))
	if err != nil {
		t.Fatal(err)
	}
	var back Campaign
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, again) {
		t.Error("what was read back is not what was written")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("%v in the directory, %v", left, err)
	}
	if Write(filepath.Join(dir, "absent"), c) == nil {
		t.Error("a report was written into a directory that is not there")
	}
}
