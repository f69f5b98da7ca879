package orders

import (
	"errors"

	"sluice/pipelines"
	"sluice/schemas"
)

// orderDecoder is the first half of both streams of order events.
type orderDecoder struct{}

// Decode reads an order event.
func (orderDecoder) Decode(rec *pipelines.Record, e *schemas.OrderEvent) error {
	return rejection(schemas.DecodeOrder(e, rec.Value))
}

// rejection makes a schema's complaint the reason of a dead letter.
func rejection(err error) error {
	var field *schemas.FieldError
	if !errors.As(err, &field) {
		return err
	}
	detail := field.Detail
	if field.Field != "" {
		detail = field.Field + ": " + detail
	}
	return &pipelines.Rejection{Reason: field.Code, Detail: detail}
}
