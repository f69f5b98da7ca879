// Package sinkstest holds the suites that every sink passes, whatever store is behind it, and
// an Elasticsearch that follows a script: the faults that a real one has only on bad days.
package sinkstest
