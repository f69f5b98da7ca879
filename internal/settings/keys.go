package settings

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// Key is one setting of a struct.
type Key struct {
	Path    string // in the file: gps.maxAge
	Env     string // in the environment: SLUICE_GPS_MAX_AGE
	Kind    string // duration, size, number, yes or no, text, list, secret, file of a secret
	Default string // "" = empty
	Doc     string // what it does and what zero means
	Unit    string // of a number, "" when the kind says it
	Limits  string // what it may be: "1ms to 10m", "lz4, none"; "" = anything of its kind

	value  reflect.Value // nil Value for the file of a secret
	twin   string        // of a secret: the path of the setting that names its file
	secret bool
	limits limits
}

// Keys lists the settings of target, a pointer to a struct, in the order of its fields.
func Keys(target any, prefix string) []Key {
	return walk(reflect.ValueOf(target).Elem(), "", prefix)
}

func walk(section reflect.Value, path, prefix string) []Key {
	var keys []Key
	for i := range section.NumField() {
		field := section.Type().Field(i)
		name, ok := field.Tag.Lookup("key")
		if !ok {
			continue
		}
		full := strings.TrimPrefix(path+"."+name, ".")
		value := section.Field(i)
		if value.Kind() == reflect.Struct {
			keys = append(keys, walk(value, full, prefix)...)
			continue
		}
		key := Key{
			Path: full, Env: prefix + snake(full), Kind: kindOf(value),
			Default: field.Tag.Get("default"), Unit: field.Tag.Get("unit"), Doc: field.Tag.Get("doc"), value: value,
		}
		key.limits = limitsOf(key.Kind, field.Tag.Get("range"), field.Tag.Get("oneOf"))
		key.Limits = key.limits.String()
		if key.Kind == kindSecret {
			key.secret, key.twin = true, full+"File"
			keys = append(keys, key, Key{
				Path: key.twin, Env: prefix + snake(key.twin), Kind: kindSecretFile,
				Doc: "a file whose first line is " + full,
			})
			continue
		}
		keys = append(keys, key)
	}
	return keys
}

// The kinds of settings, as the reference names them.
const (
	kindDuration   = "duration"
	kindSize       = "size"
	kindNumber     = "number"
	kindBool       = "true or false"
	kindText       = "text"
	kindList       = "list, comma separated in the environment"
	kindSecret     = "secret, environment only" //nolint:gosec // a word of the reference, no secret
	kindSecretFile = "path"
)

func kindOf(value reflect.Value) string {
	switch value.Interface().(type) {
	case time.Duration:
		return kindDuration
	case Size:
		return kindSize
	case Secret:
		return kindSecret
	case int, float64:
		return kindNumber
	case bool:
		return kindBool
	case string:
		return kindText
	case []string:
		return kindList
	}
	panic(fmt.Sprintf("settings: a field of type %s cannot be a setting", value.Type())) // a mistake of this program
}

// snake turns gps.maxAge into GPS_MAX_AGE.
func snake(path string) string {
	var b strings.Builder
	lower := false
	for _, r := range path {
		if r == '.' {
			b.WriteByte('_')
			lower = false
			continue
		}
		if unicode.IsUpper(r) && lower {
			b.WriteByte('_')
		}
		lower = !unicode.IsUpper(r)
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}
