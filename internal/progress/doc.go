// Package progress says how the pipelines are doing: `GET /v1/pipelines`, and the
// arithmetic behind it, which `sluice lag` shares.
//
// Three parties know something. Kafka knows what was written and what was committed, for
// everybody. A process that runs a pipeline knows how its records ended and what state its
// partitions are in, and serves that on its ops listener. A process that answers clients
// asks Kafka and its peers, and puts the answers together.
package progress
