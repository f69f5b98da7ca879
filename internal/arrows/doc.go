// Package arrows holds the import law of ARCHITECTURE.md as a test: what `go list` says
// of the product is compared with a table (law_test.go), and what breaks it is printed as
// the chain of imports that leads there. Tests of packages are free to import what they
// need. The same law stands in .golangci.yml for the editor.
package arrows
