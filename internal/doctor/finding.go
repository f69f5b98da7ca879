package doctor

// Level says how bad a finding is.
type Level string

// The levels. Only Fail makes a report fail.
const (
	OK   Level = "ok"
	Skip Level = "skip" // could not be asked, because something else failed or the server does not say
	Warn Level = "warn" // works, and will hurt one day
	Fail Level = "fail" // does not work, or loses records
)

// Finding is what one check has to say about one thing.
type Finding struct {
	Level Level  `json:"level"`
	What  string `json:"what"`  // the kind of thing: broker, topic, template, disk, …
	Where string `json:"where"` // which one
	Text  string `json:"finding"`
	Fix   string `json:"fix,omitempty"` // a command or a setting to paste; with Warn and Fail
}

// Good says that something is as it should be.
func Good(what, where, text string) Finding {
	return Finding{Level: OK, What: what, Where: where, Text: text}
}

// Skipped says why something was not checked.
func Skipped(what, where, why string) Finding {
	return Finding{Level: Skip, What: what, Where: where, Text: "skipped: " + why}
}

// Warning says what may hurt, and what to do about it.
func Warning(what, where, text, fix string) Finding {
	return Finding{Level: Warn, What: what, Where: where, Text: text, Fix: fix}
}

// Failure says what does not work, and what to do about it.
func Failure(what, where, text, fix string) Finding {
	return Finding{Level: Fail, What: what, Where: where, Text: text, Fix: fix}
}
