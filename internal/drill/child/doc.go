// Package child runs the binary itself beside a drill: the load with its ledger, and the proof.
package child
