package child

import (
	"strings"
	"testing"
	"time"

	"sluice/internal/drill/script"
)

func TestALoadIsOfPingsOrOfOrders(t *testing.T) {
	load := script.Usual().Load
	const from, to = "simulate load --rate 400 --late 0.02 --double 0.02 ", " --seed 7 --ledger a.ledger --to http://g --ops http://o --json"
	cfg := LoadConfig{Load: load, Seed: 7, Lasts: time.Minute, To: "http://g", Ops: []string{"http://o"}, Ledger: "a.ledger"}
	of := cfg
	of.Load.Orders.Members = 300
	long := of
	long.Lasts = 1000 * time.Hour
	for want, cfg := range map[string]LoadConfig{
		"--drivers 400 --for 1m0s --disorder 0.02 --ahead 0.02 --poison 0.03":                     cfg,
		"--orders 12001 --members 300 --void 0.04 --purchase 0.04 --over 240h0m0s --shuffle 2s":   of,
		"--orders 2000001 --members 300 --void 0.04 --purchase 0.04 --over 240h0m0s --shuffle 2s": long,
	} {
		if got := strings.Join(NewLoad(cfg, echo{}).args(), " "); got != from+want+to {
			t.Errorf("it is called with\n%s, want\n%s", got, from+want+to)
		}
	}
}
