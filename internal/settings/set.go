package settings

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// set puts one value, as YAML or the environment gives it, into its field.
func (k *Key) set(raw any) error {
	if list, ok := reflect.TypeAssert[*[]string](k.value.Addr()); ok {
		parsed, err := parseList(raw)
		*list = parsed
		return err
	}
	text, err := scalar(raw)
	if err != nil {
		return err
	}
	switch field := k.value.Addr().Interface().(type) {
	case *string:
		*field = text
		return k.limits.checkWord(text)
	case *Secret:
		*field = Secret(text)
		return nil
	case *bool:
		*field, err = strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		return nil
	}
	return k.setAmount(text)
}

// reset puts the default into the field.
func (k *Key) reset() {
	k.value.SetZero()
	if k.Default == "" {
		return
	}
	if err := k.set(k.Default); err != nil {
		panic(fmt.Sprintf("settings: default of %s: %v", k.Path, err)) // a mistake of this program
	}
}

// setAmount sets what can be compared.
func (k *Key) setAmount(text string) (err error) {
	var n float64
	switch field := k.value.Addr().Interface().(type) {
	case *time.Duration:
		*field, err = parseDuration(text)
		n = float64(*field)
	case *Size:
		*field, err = ParseSize(text)
		n = float64(*field)
	case *int:
		*field, err = strconv.Atoi(text)
		if err != nil {
			err = fmt.Errorf("%q is no whole number", text)
		}
		n = float64(*field)
	case *float64:
		*field, err = parseFloat(text)
		n = *field
	default:
		err = errors.New("cannot be set")
	}
	if err != nil {
		return err
	}
	return k.limits.checkAmount(n, text)
}

func parseFloat(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return n, nil
}

// parseDuration refuses a number without a unit: 60 could be anything. 0 needs none.
func parseDuration(text string) (time.Duration, error) {
	if _, err := strconv.ParseFloat(text, 64); err == nil && text != "0" {
		return 0, fmt.Errorf("%s has no unit: write %ss, %sms or %sh", text, text, text, text)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: write 500ms, 60s, 2h", text)
	}
	return d, nil
}

func parseList(raw any) ([]string, error) {
	items, ok := raw.([]any)
	if !ok {
		text, err := scalar(raw)
		if err != nil {
			return nil, err
		}
		for item := range strings.SplitSeq(text, ",") {
			items = append(items, item)
		}
	}
	var list []string
	for _, item := range items {
		text, err := scalar(item)
		if err != nil {
			return nil, err
		}
		if text = strings.TrimSpace(text); text != "" {
			list = append(list, text)
		}
	}
	return list, nil
}

func scalar(raw any) (string, error) {
	switch v := raw.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case int, int64, uint64, bool:
		return fmt.Sprint(v), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	}
	return "", errors.New("is a list or section, not one value")
}
