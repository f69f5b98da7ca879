package script

import "fmt"

// Layout is how Redis is laid out.
type Layout string

// The layouts.
const (
	Single   Layout = ""         // one server, which all drills share
	Sentinel Layout = "sentinel" // redis-1 and redis-2, a primary and its replica, watched by three Sentinels
	Cluster  Layout = "cluster"  // redis-1 to redis-3, each with a third of the slots
)

// UnmarshalText reads it.
func (l *Layout) UnmarshalText(text []byte) error {
	switch read := Layout(text); read {
	case Sentinel, Cluster:
		*l = read
		return nil
	case Single:
	}
	return fmt.Errorf("redis %q: want %s or %s", text, Sentinel, Cluster)
}
