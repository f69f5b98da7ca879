// Package pipelinestest is the test kit of the path: a scripted group, a store and an
// observer in memory with faults on demand, and the suite that every source passes.
package pipelinestest
