// Package verify asks the stores, the dead letters, the readers' offsets and the processes'
// counters what became of each record of a ledger, and judges it by assertions L0 to L11. It keeps a few
// bits a record, never the records: ten million of them need about 10 MB. Of a load of orders it asks as users do: for
// each member, and for its orders.
package verify
