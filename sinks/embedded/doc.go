// Package embedded is the store of an installation without servers: SQLite files are the
// truth, an index in memory answers where drivers are. It does what sinks/elastic does, and
// as Levels what sinks/redis does, by the same suites.
package embedded
