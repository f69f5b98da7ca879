package kafka

import (
	"errors"
	"fmt"
	"strings"

	"github.com/IBM/sarama"
)

// unreachedError is that no broker answers, in one line: sarama has a line for each address.
type unreachedError struct {
	brokers []string
	err     error
}

// Error says what was tried and what to look at.
func (u *unreachedError) Error() string {
	why := strings.TrimPrefix(u.err.Error(), sarama.ErrOutOfBrokers.Error()+": ")
	return fmt.Sprintf("no broker answers at %s (%s): check kafka.brokers, and that one of them runs; `sluice doctor` tries each",
		strings.Join(u.brokers, ", "), strings.ReplaceAll(why, "\n", ", "))
}

// Unwrap is what sarama says.
func (u *unreachedError) Unwrap() error { return u.err }

// unreached gives the error of dialling its line; others come back as they are.
func (c *Config) unreached(err error) error {
	if !errors.Is(err, sarama.ErrOutOfBrokers) {
		return err
	}
	return &unreachedError{brokers: c.Brokers, err: err}
}
