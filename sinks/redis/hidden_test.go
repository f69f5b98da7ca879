package redis

import (
	"reflect"
	"testing"

	goredis "github.com/redis/go-redis/v9"
)

// What holds a value of Levels compiles what its types lead to: a minute's walk from the whole client of the library
// made cmd/sluice a third slower to compile.
func TestLevelsHideTheWholeClient(t *testing.T) {
	reached := map[reflect.Type]bool{}
	reach(reflect.TypeFor[*Levels](), reached)
	for _, whole := range []reflect.Type{
		reflect.TypeFor[goredis.Client](), reflect.TypeFor[goredis.ClusterClient](), reflect.TypeFor[goredis.UniversalClient](),
	} {
		if reached[whole] {
			t.Errorf("from *Levels the compiler reaches %v, so that all who hold one compile its wrappers again", whole)
		}
	}
	if !reached[reflect.TypeFor[goredis.Cmdable]()] {
		t.Error("the walk did not come to goredis.Cmdable, so it shows nothing")
	}
}

// reach notes a type and all those that its descriptor needs: of fields, elements, arguments, results and methods.
func reach(typ reflect.Type, reached map[reflect.Type]bool) {
	if reached[typ] {
		return
	}
	reached[typ] = true
	switch typ.Kind() { //nolint:exhaustive // the others are made of nothing else
	case reflect.Struct:
		for field := range typ.Fields() {
			reach(field.Type, reached)
		}
	case reflect.Map:
		reach(typ.Key(), reached)
		reach(typ.Elem(), reached)
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		reach(typ.Elem(), reached)
	case reflect.Func:
		for in := range typ.Ins() {
			reach(in, reached)
		}
		for out := range typ.Outs() {
			reach(out, reached)
		}
	}
	for method := range typ.Methods() {
		reach(method.Type, reached)
	}
}
