package orders

import (
	"errors"

	"sluice/schemas/rules"
)

// Config says by which rules levels are counted.
type Config struct {
	Rules *rules.Rules // needed: the calendar whose months orders count in, and the products
}

// Validate reports every complaint at once.
func (c *Config) Validate() error {
	if c.Rules == nil {
		return errors.New("rules are needed")
	}
	return nil
}
