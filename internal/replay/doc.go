// Package replay carries a time range of a topic along a pipeline's path once more: a
// pipelines.Group that ends where the range does.
//
// All that a replay has to remember is kept with its own consumer group's commits: beside
// each partition's offset stands a note with what is replayed and where it ends. So a replay that
// was stopped or killed goes on under its name from any machine, and several processes under one
// name share its partitions. A finished one removes its group, and nothing is left.
package replay
