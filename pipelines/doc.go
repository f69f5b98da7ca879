// Package pipelines is the path that a record takes, one file per stage:
//
//	source -> decode -> gate -> process -> batch -> sink -> settle -> commit
//
// A Pipeline runs one Lane per assigned partition. A lane reads records, turns them into
// writes, closes batches, has them written, settles each record by the verdict of its
// write, and commits the offset below which all is settled. The package knows no client,
// no format and no logger: a Source, a Sink, a Stream and an Observer are handed to it.
package pipelines
