// Package e2e tests the real binary on real servers: it is built once, started as child
// processes, fed, killed, frozen and cut off, and afterwards the stores are compared,
// document by document, with what an oracle of its own says that they must hold.
//
// The tests wait for signals (readiness, metrics, committed offsets), never for time, and
// delete every topic, group, index and template that they made. They use
//
//	SLUICE_TEST_KAFKA, SLUICE_TEST_ELASTIC   the servers; without them the tests are skipped
//	SLUICE_TEST_STACK                        the directory of ops/stack: Elasticsearch is then really stopped
//	SLUICE_TEST_PINGS                        pings per load, 0 or unset = 20000
//	SLUICE_TEST_OUTAGE                       how long Elasticsearch is away, unset = 20s
//	SLUICE_TEST_BINARY                       a binary to test instead of building one
//
// A test that stops a server disturbs every other test that uses it: this package is run
// by itself, never beside others.
package e2e
