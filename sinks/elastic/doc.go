// Package elastic is Elasticsearch as a place: writes in bulk with a verdict per item, the
// set-up of templates and aliases, retention by whole indices, and the reads that the
// query API offers of what was written.
//
// The bulk body is built by hand and the answer is scanned by hand, since on this path the
// client's own helpers cost more than all other stages together. Nothing here logs, and no
// text of Elasticsearch's error reasons leaves the package: they quote documents.
package elastic
