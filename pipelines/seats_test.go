package pipelines

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// An identity keeps its seat while it is remembered, no two share one, and the bound holds
// unless every seat is in use.
func TestSeatsAreNeverShared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSeats(rapid.IntRange(1, 20).Draw(t, "most"))
		inUse := map[int32]bool{}
		sitting := map[int32]string{}
		for now := range int64(rapid.IntRange(1, 300).Draw(t, "steps")) {
			key := fmt.Sprintf("k%d", rapid.IntRange(0, 40).Draw(t, "key"))
			seat := s.of(s.hashing.of([]byte(key)), now, func(at int32) bool { return inUse[at] })
			if was := sitting[seat.Number]; was != key && !seat.New {
				t.Fatalf("%s is told that seat %d of %q is its own", key, seat.Number, was)
			}
			if was := sitting[seat.Number]; was != "" && was != key && inUse[seat.Number] {
				t.Fatalf("%s took seat %d from %s, who uses it", key, seat.Number, was)
			}
			for other, who := range sitting {
				if who == key && other != seat.Number && !seat.New {
					t.Fatalf("%s has the seats %d and %d", key, other, seat.Number)
				}
			}
			for other, who := range sitting {
				if who == key {
					delete(sitting, other)
				}
			}
			sitting[seat.Number] = key
			inUse[seat.Number] = rapid.IntRange(0, 9).Draw(t, "use") == 0
			if used := len(s.seen); used > s.most+len(inUse) {
				t.Fatalf("%d seats with a bound of %d", used, s.most)
			}
		}
	})
}

func TestTheOneSilentLongestLeaves(t *testing.T) {
	s := newSeats(10)
	of := func(key string, now int64) Seat {
		return s.of(s.hashing.of([]byte(key)), now, func(int32) bool { return false })
	}
	for i := range 10 {
		of(strconv.Itoa(i), int64(i))
	}
	of("0", 50)
	if of("10", 51); of("0", 52).New {
		t.Error("one who spoke of late had to leave")
	}
	if !of("1", 53).New {
		t.Error("the one silent longest is still remembered")
	}
}

// Records are found whether or not their key is their identity.
func TestIdentityIsTheRecordsOwnWhateverItsKey(t *testing.T) {
	s := newSeats(10)
	records := []Record{{Key: []byte("a")}, {Key: []byte("other")}, {}}
	s.expect(records, func(int32) uint64 { return 0 })
	for i, key := range []string{"a", "b", "c"} {
		if got := s.identity(i, []byte(key), records[i].Key); got != s.hashing.of([]byte(key)) {
			t.Errorf("record %d is taken for somebody else", i)
		}
	}
}

func TestPackedRecordsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bytes := rapid.OneOf(rapid.Just[[]byte](nil), rapid.SliceOfN(rapid.Byte(), 0, 40))
		rec := Record{Time: rapid.Int64().Draw(t, "time"), Key: bytes.Draw(t, "key"), Value: bytes.Draw(t, "value")}
		for i := range rapid.IntRange(0, 4).Draw(t, "headers") {
			rec.Headers = append(rec.Headers, Header{Key: fmt.Sprint("h", i), Value: bytes.Draw(t, "header")})
		}
		got := unpack(rec.pack(nil), HeaderNames{})
		if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", rec) {
			t.Fatalf("%#v came back as %#v", rec, got)
		}
	})
}
