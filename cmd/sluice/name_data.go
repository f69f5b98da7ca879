package main

import (
	"errors"
	"fmt"

	"sluice/schemas"
)

// Where the stores of a plain `sluice up` are, for a command that may look into its data directory beside it, and for
// one that wants the directory alone.
const (
	dataBeside = "a plain `sluice up` has no such server, its store is its data directory: add --data DIR"
	dataAlone  = "a plain `sluice up` has no such server, its store is its data directory: stop it, and add --data DIR"
)

// nameData adds where else the store may be to the error of one that is away. data is the directory that was named.
func nameData(err error, data, where string) error {
	if data != "" || !errors.Is(err, schemas.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w\n  %s", err, where)
}
