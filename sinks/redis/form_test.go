package redis

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sluice/schemas"
)

func TestRecordsAreRead(t *testing.T) {
	var got []int64
	keep := func(order int64, second int32) { got = append(got, order, int64(second)) }
	good := "\x01\x00\x00\x00\x00\x00\x00\x10\xff\x00\x00\x00"
	if err := eachRecord(good+good, keep); err != nil || !slices.Equal(got, []int64{1<<60 + 1, 255, 1<<60 + 1, 255}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"?", good + "x", strings.Repeat("\xff", 12), strings.Repeat("\x00", 8) + strings.Repeat("\xff", 4)} {
		if err := eachRecord(bad, keep); !errors.Is(err, errCorrupt) {
			t.Errorf("%q is read: %v", bad, err)
		}
	}
}

// What is not in our form is said to be so, and never read as something else.
func TestWhatIsKeptIsReadAsItWasWritten(t *testing.T) {
	change, err := changeOf("silver\ngold\norders\n2026-11\n20\n301885432101234567\n3\n17\n1790000000123\n1793462400000\n2026-01\nM\n42")
	want := schemas.LevelChanged{
		MemberID: "M\n42", From: "silver", To: "gold", Cause: "orders", Period: "2026-11", Orders: 20, OrderID: "301885432101234567",
		Epoch: 3, Version: 17, At: 1790000000123, ValidUntil: 1793462400000, Ruleset: "2026-01",
	}
	if err != nil || change != want {
		t.Errorf("the change is %+v, %v", change, err)
	}
	for _, bad := range []string{"", "a\nb", strings.Repeat("x\n", 12), strings.Repeat("1\n", 9) + "x\n1\n1"} {
		if _, err := changeOf(bad); !errors.Is(err, errCorrupt) {
			t.Errorf("%q is read: %v", bad, err)
		}
	}
	m, err := membershipOf("P1", "2 1790000000123 1793462400000 gold month")
	if err != nil || m != (schemas.Membership{PurchaseID: "P1", SKU: "gold month", Rank: 2, From: 1790000000123, Until: 1793462400000}) {
		t.Errorf("the membership is %+v, %v", m, err)
	}
	for _, bad := range []string{"", "1 2 3", "x 2 3 s", "1 x 3 s", "1 2 x s", "300 2 3 s"} {
		if _, err := membershipOf("P1", bad); !errors.Is(err, errCorrupt) {
			t.Errorf("%q is read: %v", bad, err)
		}
	}
	for _, bad := range []string{"", "\x01", strings.Repeat("\x03", 80), "\x02" + strings.Repeat("\xff", 60)} {
		if _, _, err := packed(bad); !errors.Is(err, errCorrupt) {
			t.Errorf("%q is a state: %v", bad, err)
		}
	}
}

func TestInfoIsRead(t *testing.T) {
	s := readInfo("# Server\r\nredis_version:6.2.1\r\nredis_mode:standalone\r\nrole:slave\r\nmaxmemory:100\r\nused_memory:95\r\n" +
		"maxmemory_policy:allkeys-lru\r\naof_enabled:0\r\nconnected_slaves:2\r\nmaster_replid:ab\r\naof_last_write_status:err\r\n")
	if s.Version != "6.2.1" || s.Replicas != 2 || s.History != "ab" || s.AppendOnly || !s.WriteErrors {
		t.Errorf("the server is %+v", s)
	}
	var codes []string
	fatal := 0
	for _, c := range s.complaints() {
		codes = append(codes, c.Code)
		if c.Fatal {
			fatal++
		}
	}
	if got := strings.Join(codes, " "); got != "version read_only eviction persistence disk memory" || fatal != 3 {
		t.Errorf("the complaints are %s, %d of them fatal", got, fatal)
	}
	good := readInfo("redis_version:8.0.1\nrole:master\nmaxmemory_policy:noeviction\naof_enabled:1\naof_last_write_status:ok\n")
	if c := good.complaints(); len(c) > 0 {
		t.Errorf("a good server has complaints: %+v", c)
	}
}
