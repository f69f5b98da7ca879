package schemas

// memberHash spreads member ids over all 64 bits: FNV-1a, then the finalizer of MurmurHash3, without
// which its low bits follow those of the last byte. It is part of what rests in stores and in order
// ids, and never changes.
func memberHash(member []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, c := range member {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
