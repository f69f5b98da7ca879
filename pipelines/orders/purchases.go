package orders

import (
	"time"

	"sluice/pipelines"
	"sluice/schemas"
	"sluice/schemas/rules"
)

// purchases tells the store of member state which levels were bought, and until when.
type purchases struct {
	rules *rules.Rules
}

// NewPurchases returns the streams of purchase-levels, one per lane.
func NewPurchases(cfg Config) func() pipelines.Stream[schemas.Purchase] {
	return func() pipelines.Stream[schemas.Purchase] { return &purchases{rules: cfg.Rules} }
}

// Decode reads a purchase. One of a product that the rules do not have is kept as a dead letter: somebody
// has paid, and once the rules know it, it can be requeued.
func (p *purchases) Decode(rec *pipelines.Record, bought *schemas.Purchase) error {
	if err := rejection(schemas.DecodePurchase(bought, rec.Value)); err != nil {
		return err
	}
	if _, _, ok := p.rules.Product(string(bought.SKU)); !ok {
		return &pipelines.Rejection{Reason: ReasonUnknownSKU, Detail: "sku: the rules have no such product"}
	}
	return nil
}

// Gate lets everything pass: what has ended by now was a level for its time.
func (p *purchases) Gate(*schemas.Purchase, pipelines.Seat, int64) (pipelines.Verdict, string) {
	return pipelines.Unsettled, ""
}

// Process writes the membership: its level and its end are those of the rules now in force.
func (p *purchases) Process(bought *schemas.Purchase, arena []byte) ([]byte, pipelines.Write) {
	product, rank, _ := p.rules.Product(string(bought.SKU))
	return appendLevel(arena, bought.MemberID, &schemas.LevelEvent{
		Kind: schemas.LevelPurchase, Purchase: bought.PurchaseID, SKU: bought.SKU, Rank: int8(rank),
		At: bought.At, Until: bought.At + int64(product.Days)*(24*time.Hour).Milliseconds(),
	}, bought.Unknown)
}
