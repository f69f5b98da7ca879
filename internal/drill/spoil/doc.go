// Package spoil is a scripted way to a real Elasticsearch: everything passes, except that a script
// decides what becomes of each bulk request. What sluice then has to do is seen in a real store.
package spoil
