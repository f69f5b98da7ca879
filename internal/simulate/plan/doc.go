// Package plan says what a simulated load consists of: every byte of every record, when it
// is due and in which request it travels, as a function of a small header. Whoever has the header
// can say later what each record was, so a ledger need only keep what became of it.
package plan
