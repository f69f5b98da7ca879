package report

import "fmt"

// nouns are what one record of the load is called, and many of them.
func (l *Load) nouns() (one, many string) {
	if l.Members > 0 {
		return "event of orders", "events of orders"
	}
	return "ping", "pings"
}

// Asked is what clients were to send, in words.
func (l *Load) Asked() string {
	_, many := l.nouns()
	if l.Members > 0 {
		return fmt.Sprintf("%s %s a second, of %s", grouped(l.Rate), many, counted(l.Members, "member", "members"))
	}
	return fmt.Sprintf("%s %s a second, of %s", grouped(l.Rate), many, counted(l.Drivers, "driver", "drivers"))
}

// acknowledged is how many the gateway took, in words.
func (l *Load) acknowledged() string {
	one, many := l.nouns()
	return counted(int(l.Acked), one, many) + " acknowledged"
}
