package e2e

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// newKafkaProxy is a proxy before a cluster of one broker. A Kafka client asks where the
// brokers are and goes there, past any proxy; so this one puts its own address into those answers.
func (s *site) newKafkaProxy() *proxy {
	return newProxy(s.t, s.brokers[0], relayKafka)
}

// asked is a request that waits for its answer.
type asked struct{ key, version int16 }

func relayKafka(p *proxy, client, server net.Conn) {
	var mu sync.Mutex
	pending := map[int32]asked{}
	both(client, server, func(to, from net.Conn) {
		for {
			frame, err := readFrame(from)
			if err != nil {
				return // either side has hung up, or the proxy was cut
			}
			p.gate()
			mu.Lock()
			if from == client {
				pending[int32(binary.BigEndian.Uint32(frame[4:]))] = asked{
					key: int16(binary.BigEndian.Uint16(frame)), version: int16(binary.BigEndian.Uint16(frame[2:])),
				}
			} else {
				id := int32(binary.BigEndian.Uint32(frame))
				frame, err = redirect(frame, pending[id], p.address)
				delete(pending, id)
			}
			mu.Unlock()
			if err != nil {
				p.t.Errorf("rewriting a Kafka answer: %v", err)
				return
			}
			if writeFrame(to, frame) != nil {
				return
			}
		}
	})
}

// redirect puts the address in the place of every broker's in an answer.
func redirect(frame []byte, request asked, address string) ([]byte, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return nil, err
	}
	answer := kmsg.ResponseForKey(request.key)
	if answer == nil {
		return nil, fmt.Errorf("no request of kind %d is known", request.key)
	}
	answer.SetVersion(request.version)
	head := 4
	if answer.IsFlexible() && request.key != int16(kmsg.ApiVersions) {
		head++ // no tagged fields: no broker sends any
	}
	move := func(h *string, p *int32) { *h, *p = host, int32(port) }
	var edit func()
	switch r := answer.(type) {
	case *kmsg.MetadataResponse:
		edit = func() {
			for i := range r.Brokers {
				move(&r.Brokers[i].Host, &r.Brokers[i].Port)
			}
		}
	case *kmsg.FindCoordinatorResponse:
		edit = func() {
			move(&r.Host, &r.Port)
			for i := range r.Coordinators {
				move(&r.Coordinators[i].Host, &r.Coordinators[i].Port)
			}
		}
	case *kmsg.DescribeClusterResponse:
		edit = func() {
			for i := range r.Brokers {
				move(&r.Brokers[i].Host, &r.Brokers[i].Port)
			}
		}
	default:
		return frame, nil
	}
	if err := answer.ReadFrom(frame[head:]); err != nil {
		return nil, err
	}
	edit()
	return answer.AppendTo(frame[:head:head]), nil
}

const maxFrameBytes = 64 << 20

func readFrame(from io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n < 4 || n > maxFrameBytes {
		return nil, errors.New("not a frame of Kafka")
	}
	frame := make([]byte, n)
	_, err := io.ReadFull(from, frame)
	return frame, err
}

func writeFrame(to io.Writer, frame []byte) error {
	_, err := to.Write(append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(frame)), uint32(len(frame))), frame...))
	return err
}
