package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Secret is a text that no way of printing shows. It comes from the environment, or from
// a file that the setting's twin names (password and passwordFile), never from the
// configuration file.
type Secret string

// String is asterisks, or "" when there is no secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Size is a number of bytes, written 64KiB, 8MiB or 1GiB; a plain number is bytes.
type Size int64

type sizeUnit struct {
	name string
	size Size
}

func sizeUnits() [3]sizeUnit {
	return [...]sizeUnit{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}
}

// ParseSize reads a size.
func ParseSize(text string) (Size, error) {
	number, factor := strings.TrimSuffix(text, "B"), Size(1)
	for _, unit := range sizeUnits() {
		if head, ok := strings.CutSuffix(text, unit.name); ok {
			number, factor = head, unit.size
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no size: write 512KiB, 8MiB, 1GiB or a number of bytes", text)
	}
	if n > (1<<62)/int64(factor) {
		return 0, errors.New("the size is too large")
	}
	return Size(n) * factor, nil
}

// String is the shortest exact form.
func (s Size) String() string {
	for _, unit := range sizeUnits() {
		if s != 0 && s%unit.size == 0 {
			return strconv.FormatInt(int64(s/unit.size), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}
