package script

import "time"

// Drill is one file.
type Drill struct {
	Name      string  `yaml:"-"`         // the file's, without .yaml
	About     string  `yaml:"about"`     // one sentence
	Catalogue []int   `yaml:"catalogue"` // numbers of the catalogue of faults that it is for
	Short     bool    `yaml:"short"`     // is part of the short set
	Random    bool    `yaml:"random"`    // its faults may be drawn by a random campaign
	Long      bool    `yaml:"long"`      // runs by its name alone
	Run       Run     `yaml:"run"`
	Load      Load    `yaml:"load"`
	Faults    []Fault `yaml:"faults"`
	Expect    Expect  `yaml:"expect"`
}

// Run says what it is played on.
type Run struct {
	Pipelines   int               `yaml:"pipelines"`   // processes of that role; 2 when nothing is said
	Env         map[string]string `yaml:"env"`         // further environment of every sluice process
	Jobs        int               `yaml:"jobs"`        // processes of that role; 0 = one with a load of orders, else none
	Redis       Layout            `yaml:"redis"`       // how Redis is laid out; "" = one server
	ElasticDisk Bytes             `yaml:"elasticDisk"` // room of Elasticsearch's data; 0 = the machine's
	Failpoints  bool              `yaml:"failpoints"`  // needs a binary that was built with them
}

// Load is what is sent meanwhile: pings, or, where Orders has members, what becomes of orders. Those are late when they were
// completed last month.
type Load struct {
	Rate     float64 `yaml:"rate"`     // pings, or events of orders, a second
	Drivers  int     `yaml:"drivers"`  // who report in turn
	Late     Share   `yaml:"late"`     // kept by phones until too old for live
	Double   Share   `yaml:"double"`   // sent twice
	Disorder Share   `yaml:"disorder"` // sent behind newer ones
	Ahead    Share   `yaml:"ahead"`    // of clocks that are ahead
	Poison   Share   `yaml:"poison"`   // never acceptable
	Orders   Orders  `yaml:"orders"`
}

// Orders is what is peculiar to a load of orders. Drivers, Disorder, Ahead and Poison say nothing about it.
type Orders struct {
	Members  int           `yaml:"members"`  // who order; 0 = pings are sent
	Void     Share         `yaml:"void"`     // of the orders: refunded or cancelled, before they are completed or after
	Purchase Share         `yaml:"purchase"` // of the orders: beside them the member buys a level
	Over     time.Duration `yaml:"over"`     // the orders' own moments are spread over so long before the load
	Shuffle  time.Duration `yaml:"shuffle"`  // an event is sent so long after its turn at most, behind later ones
}

// Fault is one thing that is done. It is in force from Inject until Heal.
type Fault struct {
	Kind  string            `yaml:"fault"` // which of the kinds
	On    string            `yaml:"on"`    // whom it is done to
	After time.Duration     `yaml:"after"` // since the fault before it was injected; 0 = at once
	For   time.Duration     `yaml:"for"`   // until it is healed; 0 = at once
	With  map[string]string `yaml:"with"`  // what else the kind wants to know
}

// Expect is what must come of it beside the ledger's assertions.
type Expect struct {
	Bites      []Bite            `yaml:"bites"`      // else the fault did nothing, and the drill proves nothing
	NA         map[string]string `yaml:"na"`         // assertions that need not be judged, and why
	Breaks     map[string]string `yaml:"breaks"`     // assertions that the fault itself breaks, and why: they may fail
	Searchable time.Duration     `yaml:"searchable"` // from healing until a fresh ping is found, at most; 30 s when nothing is said
	Consuming  time.Duration     `yaml:"consuming"`  // from injection until every partition's commits move on, at most; 0 = not asked
	Refuses    time.Duration     `yaml:"refuses"`    // from injection until a client is answered 503, at most; 0 = not asked
	First      string            `yaml:"first"`      // the pipeline that catches up before every other after the last healing; "" = not asked
	Flat       Share             `yaml:"flat"`       // by which the pipelines' memory may grow while a fault lasts; 0 = not asked
}

// Usual is what holds where a file says nothing. Its misbehaviour is frequent enough for the shortest load to
// show each kind: one that was asked for and never happened fails L11.
func Usual() Drill {
	return Drill{
		Run: Run{Pipelines: 2},
		Load: Load{
			Rate: 400, Drivers: 400, Late: 0.02, Double: 0.02, Disorder: 0.02, Ahead: 0.02, Poison: 0.03,
			Orders: Orders{Void: 0.04, Purchase: 0.04, Over: 10 * day, Shuffle: 2 * time.Second},
		},
		Expect: Expect{Searchable: 30 * time.Second, NA: map[string]string{"L7": "pings have no effects"}},
	}
}

const day = 24 * time.Hour

// OfOrders says that events of orders are sent, and no pings.
func (l *Load) OfOrders() bool { return l.Orders.Members > 0 }

// Excuses says that an assertion need not hold.
func (e *Expect) Excuses(id string) bool { return e.NA[id] != "" || e.Breaks[id] != "" }
