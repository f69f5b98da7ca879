package elastic

import (
	"bytes"
	"fmt"

	"github.com/klauspost/compress/gzip"
)

// packer is a compressor with its output; it weighs most of a MiB, hence a pool of them.
type packer struct {
	out bytes.Buffer
	zw  *gzip.Writer
}

// compress packs a body into another. At the fastest level: where a network is slow enough
// for more to pay, the processors are still wanted for decoding.
func (s *Sink) compress(body *payload) (*payload, error) {
	p, ok := s.packers.Get().(*packer)
	if !ok {
		zw, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		if err != nil {
			return nil, fmt.Errorf("compressing bulk body: %w", err)
		}
		p = &packer{zw: zw}
	}
	defer s.packers.Put(p)
	p.out.Reset()
	p.zw.Reset(&p.out)
	if _, err := p.zw.Write(body.buf); err != nil {
		return nil, fmt.Errorf("compressing bulk body: %w", err)
	}
	if err := p.zw.Close(); err != nil {
		return nil, fmt.Errorf("compressing bulk body: %w", err)
	}
	packed := getPayload(&s.payloads)
	packed.buf = append(packed.buf, p.out.Bytes()...)
	return packed, nil
}
