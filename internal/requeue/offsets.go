package requeue

// offsets is a set of offsets, a bit each, in pages that are made as they are met: letters that
// were marked stand close together.
type offsets map[int64]*[pageWords]uint64

const (
	pageWords = 1024
	pageBits  = 64 * pageWords
)

func (o offsets) add(offset int64) {
	page := o[offset/pageBits]
	if page == nil {
		page = new([pageWords]uint64)
		o[offset/pageBits] = page
	}
	page[offset%pageBits/64] |= 1 << (offset % 64)
}

func (o offsets) has(offset int64) bool {
	page := o[offset/pageBits]
	return page != nil && page[offset%pageBits/64]&(1<<(offset%64)) != 0
}
