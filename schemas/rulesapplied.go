package schemas

// RulesApplied is the audit of one change of the rules: who brought members under which, when, and what came of it. It is
// kept for good in TopicRules, once as begun and once with its end.
type RulesApplied struct {
	Ruleset   string `json:"ruleset"`        // the version
	State     string `json:"state"`          // one of the constants
	By        string `json:"by"`             // who, as they said
	At        int64  `json:"at"`             // ms since 1970 UTC, when it began
	Fence     int64  `json:"fence"`          // greater than those before it
	Members   int64  `json:"members"`        // that were looked at
	Announced int64  `json:"announced"`      // of those, who have another level
	Text      string `json:"text,omitempty"` // the rules file
}

// How a change of the rules stands.
const (
	RulesBegun  = "begun"
	RulesDone   = "done"
	RulesBroken = "broken" // off: run it again
)
