// Package documents says what the order index must hold of each order of a simulated load: whether it is there, once, and
// every field of it. It sees the plan and the ledger, and goes by the events as they were sent; with the merge
// that made the documents it shares nothing.
package documents
