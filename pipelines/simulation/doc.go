// Package simulation runs the path under schedules that a seed decides: traffic, a store, dead
// letters, commits, rebalances and processes that fail, all in virtual time. After each run a
// model that sees only the input says whether the promise was kept.
//
// It is all tests: `go test ./pipelines/simulation` runs some thousand seeds, `make simulation`
// a hundred thousand, and SLUICE_SIMULATION_SEED=n one of them, made as small as it still fails.
package simulation
