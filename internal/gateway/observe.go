package gateway

// Observer is told what became of the records that clients sent. It must not block, and
// is called from many goroutines at once.
type Observer interface {
	// Accepted counts n records of a topic that Kafka has acknowledged.
	Accepted(topic string, n int)
	// Rejected counts n records of a topic that were refused; code is one of the
	// constants of schemas.
	Rejected(topic, code string, n int)
	// PublishFailed reports a request whose n records Kafka did not acknowledge: its
	// client was told 503 (or 413), and some of them may be in the topic all the same.
	PublishFailed(topic string, n int, err error)
}

// Nobody is an Observer that is not interested.
type Nobody struct{}

// Accepted does nothing.
func (Nobody) Accepted(string, int) {}

// Rejected does nothing.
func (Nobody) Rejected(string, string, int) {}

// PublishFailed does nothing.
func (Nobody) PublishFailed(string, int, error) {}
