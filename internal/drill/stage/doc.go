// Package stage is what a drill plays on: real servers, the ways to them, and sluice's own
// processes, each of which can be hurt and mended by name.
//
// A House holds the servers and the ways, for a whole campaign. A Stage is set in it for one
// drill: its processes, with topic and index names of its own. Processes under test reach
// Kafka and Elasticsearch only by the ways; who judges goes direct.
package stage
