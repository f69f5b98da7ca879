package gateway

import (
	"net/http"
	"testing"

	"sluice/schemas"
)

// Orders and purchases go to their topics under the member's key, which is what keeps one member's events
// in order, with the bytes that came.
func TestOrdersAndPurchasesAreKeyedByMember(t *testing.T) {
	for _, c := range []struct{ path, topic, value, eventID string }{
		{"/v1/orders", schemas.TopicOrders, `{"orderId":17,"memberId":"M\u0031","type":"completed","at":1790000000123,"x":{"eventId":"no"},"eventId":"mine"}`, "mine"},
		{"/v1/orders", schemas.TopicOrders, `{"orderId":"17","memberId":"M1","type":"refunded","at":1790000000123}`, "k-0"},
		{"/v1/purchases", schemas.TopicPurchases, `{"purchaseId":"P1","memberId":"M1","sku":"s","at":1790000000123}`, "k-0"},
	} {
		kafka := &memory{}
		w := postTo(newGateway(t, Config{TopicPrefix: "t-"}, kafka, Nobody{}), c.path, "application/json", c.value, "Idempotency-Key", "k")
		if w.Code != http.StatusAccepted || kafka.topic != "t-"+c.topic || len(kafka.records) != 1 {
			t.Fatalf("%s: %d %s: %d records on %s", c.path, w.Code, w.Body, len(kafka.records), kafka.topic)
		}
		if r := kafka.records[0]; string(r.Key) != "M1" || string(r.Value) != c.value || header(r, "event-id") != c.eventID {
			t.Errorf("%s: %s %s %s", c.path, r.Key, r.Value, header(r, "event-id"))
		}
	}
}
