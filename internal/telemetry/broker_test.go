package telemetry_test

import (
	"errors"
	"testing"

	"sluice/internal/telemetry"
)

func TestBrokerTellsOfRoomAndRepair(t *testing.T) {
	reg, log, logs := watched()
	b, err := telemetry.NewBroker(reg, log)
	if err != nil {
		t.Fatal(err)
	}
	b.RoomChanged(true, 9)
	b.RoomChanged(false, 3)
	b.Repaired("driver.pings-3", 17, 5, 7)
	b.BrokerFailed(errors.New("first"))
	b.BrokerFailed(errors.New("second"))
	compare(t, reg, `
# HELP sluice_broker_accepting 1 while the embedded broker takes records, 0 while its disk has too little room.
# TYPE sluice_broker_accepting gauge
sluice_broker_accepting 0
# HELP sluice_broker_failures_total Failures of the embedded broker that it deals with by itself.
# TYPE sluice_broker_failures_total counter
sluice_broker_failures_total 2
# HELP sluice_broker_repaired_bytes_total Torn or damaged bytes that the embedded broker has taken out when it opened its files.
# TYPE sluice_broker_repaired_bytes_total counter
sluice_broker_repaired_bytes_total 17
`, "sluice_broker_accepting", "sluice_broker_failures_total", "sluice_broker_repaired_bytes_total")
	if logs.FilterMessage("mended damaged files").Len() != 1 {
		t.Errorf("no line about the repair: %v", logs.All())
	}
	if logs.Len() != 4 { // the second failure within the interval is held
		t.Errorf("%d lines: %v", logs.Len(), logs.All())
	}
}

func TestCityCountsByOutcome(t *testing.T) {
	reg, log, logs := watched()
	c, err := telemetry.NewCity(reg, log)
	if err != nil {
		t.Fatal(err)
	}
	c.Posted("pings", 5)
	c.Posted("pings", 2)
	c.Posted("orders", 3)
	c.Refused("pings", 1)
	c.Dropped("pings", 4, errors.New("away"))
	c.Dropped("pings", 4, errors.New("away"))
	compare(t, reg, `
# HELP sluice_demo_records_total Records of the simulated city, by stream: posted, refused by the gateway, or dropped because it was too slow or away.
# TYPE sluice_demo_records_total counter
sluice_demo_records_total{outcome="dropped",stream="pings"} 8
sluice_demo_records_total{outcome="posted",stream="orders"} 3
sluice_demo_records_total{outcome="posted",stream="pings"} 7
sluice_demo_records_total{outcome="refused",stream="pings"} 1
`, "sluice_demo_records_total")
	if logs.Len() != 1 {
		t.Errorf("%d lines: %v", logs.Len(), logs.All())
	}
}
