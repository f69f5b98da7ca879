package requeue

// offsets is a set of offsets, a bit each, in pages that are made as they are met: letters that
// were marked stand close together.
type offsets map[int64]*[pageWords]uint64

const (
	pageWords = 1024
	pageBits  = 64 * pageWords
)

func (o offsets) add(offset int64) { o.addRun(run{First: offset, Last: offset}) }

// addRun adds a word of offsets at a time; a run that ends before it begins is none.
func (o offsets) addRun(r run) {
	for offset := r.First; offset <= r.Last; offset += 64 - offset%64 {
		page := o[offset/pageBits]
		if page == nil {
			page = new([pageWords]uint64)
			o[offset/pageBits] = page
		}
		low := offset % 64
		n := min(r.Last-offset+1, 64-low)
		page[offset%pageBits/64] |= ^uint64(0) >> (64 - n) << low
	}
}

func (o offsets) has(offset int64) bool {
	page := o[offset/pageBits]
	return page != nil && page[offset%pageBits/64]&(1<<(offset%64)) != 0
}
