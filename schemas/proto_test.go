package schemas

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"pgregory.net/rapid"
)

// pingDescriptor is the Ping of ping.proto, compiled.
func pingDescriptor(t testing.TB) protoreflect.MessageDescriptor {
	t.Helper()
	compiler := protocompile.Compiler{Resolver: &protocompile.SourceResolver{}}
	files, err := compiler.Compile(context.Background(), "ping.proto")
	if err != nil {
		t.Fatal(err)
	}
	return files[0].Messages().ByName("Ping")
}

func TestPingProtoHasOurFields(t *testing.T) {
	fields := pingDescriptor(t).Fields()
	if fields.Len() != int(fieldCount)-1 {
		t.Errorf("ping.proto has %d fields, the code %d", fields.Len(), fieldCount-1)
	}
	names := map[field]protoreflect.Name{
		fieldDriverID: "driver_id", fieldTS: "ts", fieldLat: "lat_e7", fieldLon: "lon_e7",
		fieldSpeed: "speed_cms", fieldHeading: "heading_e2", fieldAccuracy: "accuracy_cm", fieldStatus: "status",
		fieldVehicle: "vehicle", fieldCity: "city", fieldSeq: "seq", fieldDatum: "datum",
	}
	for f, name := range names {
		fd := fields.ByNumber(protoreflect.FieldNumber(f))
		if fd == nil || fd.Name() != name || !fd.HasPresence() {
			t.Errorf("field %d of ping.proto is %v, want an optional %s", f, fd, name)
		}
	}
	for v := StatusUnset; v <= StatusOffline; v++ {
		if fields.ByName("status").Enum().Values().ByNumber(protoreflect.EnumNumber(v)) == nil {
			t.Errorf("ping.proto has no status %d", v)
		}
	}
	for v := WGS84; v <= BD09; v++ {
		if fields.ByName("datum").Enum().Values().ByNumber(protoreflect.EnumNumber(v)) == nil {
			t.Errorf("ping.proto has no datum %d", v)
		}
	}
}

// reference is what the protobuf library makes of a value, in the units of a Ping, before
// any check; false when the library refuses it.
func reference(descriptor protoreflect.MessageDescriptor, value []byte) (Ping, bool) {
	message := dynamicpb.NewMessage(descriptor)
	if err := proto.Unmarshal(value, message); err != nil {
		return Ping{}, false
	}
	var p Ping
	p.reset()
	message.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch f := field(fd.Number()); f {
		case fieldDriverID:
			p.DriverID = []byte(v.String())
		case fieldVehicle:
			p.Vehicle = []byte(v.String())
		case fieldCity:
			p.City = []byte(v.String())
		case fieldTS:
			p.TS = v.Int()
		case fieldLat, fieldLon:
			p.setNumber(f, float64(v.Int())/1e7)
		case fieldSpeed, fieldHeading, fieldAccuracy:
			p.setNumber(f, float64(v.Uint())/100)
		case fieldSeq:
			p.Seq = int64(v.Uint())
		case fieldStatus:
			p.Status = Status(v.Enum())
		case fieldDatum:
			p.Datum = Datum(v.Enum())
		case fieldUnknown, fieldCount:
		}
		return true
	})
	for unknown := message.GetUnknown(); len(unknown) > 0; p.Unknown++ {
		unknown = unknown[protowireField(unknown):]
	}
	return p, true
}

// protowireField is the length of the first field of a valid message.
func protowireField(message []byte) int {
	_, _, n := protowire.ConsumeField(message)
	return n
}

// drawPing is any valid ping in WGS-84, with the digits that the protobuf form keeps.
func drawPing(t *rapid.T) Ping {
	reading := func(limit int, name string) float64 {
		if !rapid.Bool().Draw(t, "has "+name) {
			return math.NaN()
		}
		return float64(rapid.IntRange(0, limit*100).Draw(t, name)) / 100
	}
	text := func(name string, least int) []byte {
		return []byte(rapid.StringMatching(`[ -~京é🚗]{0,15}`).Filter(func(s string) bool { return len(s) >= least }).Draw(t, name))
	}
	p := Ping{
		DriverID: text("driverId", 1),
		TS:       rapid.Int64Range(MinTS, MaxTS-1).Draw(t, "ts"),
		Lat:      float64(rapid.IntRange(-900_000_000, 900_000_000).Draw(t, "lat")) / 1e7,
		Lon:      float64(rapid.IntRange(1, 1_800_000_000).Draw(t, "lon")) / 1e7,
		Speed:    reading(MaxSpeed, "speed"),
		Heading:  reading(MaxHeading, "heading"),
		Accuracy: reading(MaxAccuracy, "accuracy"),
		Status:   Status(rapid.IntRange(0, 3).Draw(t, "status")),
		Vehicle:  text("vehicle", 0),
		City:     text("city", 0),
		Seq:      rapid.Int64Range(-1, math.MaxInt64).Draw(t, "seq"),
	}
	return p
}

func TestPingComesBackFromItsForms(t *testing.T) {
	descriptor := pingDescriptor(t)
	rapid.Check(t, func(t *rapid.T) {
		want := drawPing(t)
		var got Ping
		value := AppendPingProto(nil, &want)
		if err := DecodePingProto(&got, value); err != nil || !same(&got, &want) {
			t.Fatalf("protobuf: %+v comes back as %+v, %v", want, got, err)
		}
		if ref, ok := reference(descriptor, value); !ok || !same(&ref, &want) {
			t.Fatalf("protobuf: the library reads %+v as %+v", want, ref)
		}
		if err := DecodePing(&got, AppendPingJSON(nil, &want)); err != nil || !same(&got, &want) {
			t.Fatalf("JSON: %+v comes back as %+v, %v", want, got, err)
		}
	})
}

func TestBadProto(t *testing.T) {
	good := AppendPingProto(nil, &Ping{DriverID: []byte("d"), TS: 1790000000123, Lat: 31, Lon: 121, Speed: math.NaN(), Heading: math.NaN(), Accuracy: math.NaN(), Seq: -1})
	with := func(f field, wire protowire.Type, rest ...byte) []byte {
		return append(protowire.AppendTag(append([]byte(nil), good...), protowire.Number(f), wire), rest...)
	}
	cases := []struct {
		code, field string
		value       []byte
	}{
		{CodeMissing, "driverId", nil},
		{CodeMissing, "ts", good[:3]},
		{CodeBadProtobuf, "", []byte{0xff}},
		{CodeBadProtobuf, "", good[:len(good)-1]},
		{CodeBadProtobuf, "city", with(fieldCity, protowire.BytesType, 9, 'x')},
		{CodeBadProtobuf, "", with(99, protowire.BytesType, 9, 'x')},
		{CodeBadUTF8, "city", with(fieldCity, protowire.BytesType, 1, 0xff)},
		{CodeBadUTF8, "city", with(fieldCity, protowire.BytesType, 1, 0)},
		{CodeWrongType, "lat", with(fieldLat, protowire.Fixed64Type, 0, 0, 0, 0, 0, 0, 0, 0)},
		{CodeWrongType, "city", with(fieldCity, protowire.VarintType, 1)},
		{CodeOutOfRange, "lat", protowire.AppendVarint(with(fieldLat, protowire.VarintType), zigZag32(91))},
		{CodeOutOfRange, "speed", protowire.AppendVarint(with(fieldSpeed, protowire.VarintType), 51501)},
		{CodeOutOfRange, "seq", protowire.AppendVarint(with(fieldSeq, protowire.VarintType), 1<<63)},
		{CodeUnknownEnum, "status", with(fieldStatus, protowire.VarintType, 4)},
		{CodeUnknownEnum, "datum", with(fieldDatum, protowire.VarintType, 3)},
		{CodeTooLarge, "", make([]byte, MaxPingBytes+1)},
	}
	for i, c := range cases {
		var p Ping
		var got *FieldError
		if err := DecodePingProto(&p, c.value); !errors.As(err, &got) || got.Code != c.code || c.field != "" && got.Field != c.field {
			t.Errorf("case %d: %v, want %s %s", i, err, c.code, c.field)
		}
	}
}

// FuzzDecodePingProto: no input panics, what we accept the library reads the same, and it
// comes back the same from our own encoding.
func FuzzDecodePingProto(f *testing.F) {
	descriptor := pingDescriptor(f)
	for _, value := range lines(f, "pings/good.ndjson") {
		var p Ping
		if err := DecodePing(&p, []byte(value)); err != nil {
			f.Fatal(err)
		}
		f.Add(AppendPingProto(nil, &p))
		f.Add(append(AppendPingProto(nil, &p), 0x98, 0x06, 0x01))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		var p Ping
		if err := DecodePingProto(&p, value); err != nil {
			return
		}
		ref, ok := reference(descriptor, value)
		if !ok {
			t.Fatalf("the library refuses what we read as %+v", p)
		}
		if p.Datum != WGS84 {
			p.Lat, p.Lon = ref.Lat, ref.Lon // ours are converted
		}
		if !same(&p, &ref) {
			t.Fatalf("we read %+v, the library %+v", p, ref)
		}
		again, want := Ping{}, p
		want.Datum, want.Unknown = WGS84, 0
		if err := DecodePingProto(&again, AppendPingProto(nil, &want)); err != nil || !same(&again, &want) {
			t.Fatalf("%+v comes back as %+v, %v", want, again, err)
		}
	})
}
