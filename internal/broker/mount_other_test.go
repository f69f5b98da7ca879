//go:build !linux

package broker

import "errors"

func mountSmall(string) error { return errors.ErrUnsupported }
