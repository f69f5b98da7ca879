package pipelines

// cloneInto copies the record to the ends of buffer and headers, and returns both grown,
// with the copy.
func (r *Record) cloneInto(buffer []byte, headers []Header) ([]byte, []Header, Record) {
	size := len(r.Key) + len(r.Value)
	for i := range r.Headers {
		size += len(r.Headers[i].Value)
	}
	if cap(buffer)-len(buffer) < size {
		buffer = append(make([]byte, 0, len(buffer)+size+size/4), buffer...)
	}
	clone := Record{Offset: r.Offset, Time: r.Time}
	buffer, clone.Key = put(buffer, r.Key)
	buffer, clone.Value = put(buffer, r.Value)
	from := len(headers)
	for i := range r.Headers {
		header := Header{Key: r.Headers[i].Key}
		buffer, header.Value = put(buffer, r.Headers[i].Value)
		headers = append(headers, header)
	}
	if from < len(headers) {
		clone.Headers = headers[from:len(headers):len(headers)]
	}
	return buffer, headers, clone
}

// put appends b and returns the grown buffer with the copy; nil stays nil.
func put(buffer, b []byte) (grown, copied []byte) {
	if b == nil {
		return buffer, nil
	}
	from := len(buffer)
	buffer = append(buffer, b...)
	return buffer, buffer[from:len(buffer):len(buffer)]
}
