package script

// Assertions are the ledger's, all of which a drill with such a load is judged by.
func (l *Load) Assertions() []string {
	if l.OfOrders() {
		return ofOrders()
	}
	return ofPings()
}

func ofPings() []string {
	return []string{"L0", "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11"}
}

// ofOrders are those of `simulate verify` about orders: L1 to L5 are of the order index, document by document; L7 is what each
// member's orders, levels and announcements are judged by, record by record; that something new has its effect, L10, is asked
// after each healing.
func ofOrders() []string {
	return []string{"L0", "L1", "L2", "L4", "L5", "L7a", "L7b", "L7c", "L7d", "L9", "L11"}
}
