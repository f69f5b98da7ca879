package pipelines

import "encoding/binary"

// pack appends the record to dst as one run of bytes, but for its offset.
func (r *Record) pack(dst []byte) []byte {
	if size := r.Size() + 8*len(r.Headers); cap(dst) < size {
		dst = make([]byte, 0, size+size/4)
	}
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.Time))
	dst = packBytes(dst, r.Key)
	dst = packBytes(dst, r.Value)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(r.Headers)))
	for i := range r.Headers {
		dst = packBytes(dst, []byte(r.Headers[i].Key))
		dst = packBytes(dst, r.Headers[i].Value)
	}
	return dst
}

// packBytes appends a length, 0 for nil and else one more than it is, and the bytes.
func packBytes(dst, b []byte) []byte {
	if b == nil {
		return binary.LittleEndian.AppendUint32(dst, 0)
	}
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(b)+1)), b...)
}

// unpack is the record that pack was given. Its bytes alias packed.
func unpack(packed []byte, known HeaderNames) Record {
	r := Record{Time: int64(binary.LittleEndian.Uint64(packed))}
	packed = packed[8:]
	r.Key, packed = unpackBytes(packed)
	r.Value, packed = unpackBytes(packed)
	n := binary.LittleEndian.Uint32(packed)
	packed = packed[4:]
	if n > 0 {
		r.Headers = make([]Header, n)
	}
	for i := range r.Headers {
		var name []byte
		name, packed = unpackBytes(packed)
		r.Headers[i].Key = known.Text(name)
		r.Headers[i].Value, packed = unpackBytes(packed)
	}
	return r
}

func unpackBytes(packed []byte) (b, rest []byte) {
	n := binary.LittleEndian.Uint32(packed)
	packed = packed[4:]
	if n == 0 {
		return nil, packed
	}
	return packed[: n-1 : n-1], packed[n-1:]
}
