// Package schemas says what bytes look like on the wire and at rest: record types and
// their decoders, topics and headers, ids, versions and index names, the Elasticsearch
// templates and the HTTP description. It imports nothing of sluice.
package schemas
