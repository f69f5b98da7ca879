package schemas

// OrderDigest tells whether two stores hold the same orders of the same members, without naming them.
// Orders may be added in any order.
type OrderDigest struct {
	Orders int64  // how many
	Sum    uint64 // of the hashes of each member with each order id, modulo 2^64
}

// Add counts one order of a member.
func (d *OrderDigest) Add(member []byte, order int64) {
	d.Orders++
	d.Sum += mix(memberHash(member) ^ mix(uint64(order)))
}

// mix is the finalizer of SplitMix64. It never changes: two versions of sluice may compare their digests.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
