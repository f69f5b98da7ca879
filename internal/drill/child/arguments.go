package child

import (
	"strconv"
	"strings"

	"sluice/internal/drill/script"
)

func (l *Load) args() []string {
	load := &l.cfg.Load
	args := []string{"simulate", "load", "--rate", number(load.Rate), "--late", share(load.Late), "--double", share(load.Double)}
	if load.OfOrders() {
		args = append(args, l.orders()...)
	} else {
		args = append(args, "--drivers", strconv.Itoa(load.Drivers), "--for", l.cfg.Lasts.String(),
			"--disorder", share(load.Disorder), "--ahead", share(load.Ahead), "--poison", share(load.Poison))
	}
	return append(args, "--seed", strconv.FormatUint(l.cfg.Seed, 10), "--ledger", l.cfg.Ledger,
		"--to", l.cfg.To, "--ops", strings.Join(l.cfg.Ops, ","), "--json")
}

// orders are as many as the load may last for: each is two events or more.
func (l *Load) orders() []string {
	load := &l.cfg.Load
	most := min(maxOrders, load.Rate*l.cfg.Lasts.Seconds()/2)
	of := &load.Orders
	return []string{
		"--orders", strconv.FormatInt(int64(most)+1, 10), "--members", strconv.Itoa(of.Members), "--void", share(of.Void), "--purchase", share(of.Purchase),
		"--over", of.Over.String(), "--shuffle", of.Shuffle.String(),
	}
}

// maxOrders is how many a load plans at most: whoever proves it walks through all of the plan.
const maxOrders = 2_000_000

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func share(s script.Share) string { return number(float64(s)) }
