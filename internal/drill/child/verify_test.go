package child

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// echo is a binary that says with what it was called.
type echo struct{}

func (echo) Command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, "echo", `{"notes":["`+strings.Join(args, " ")+`"]}`)
}

func TestVerifyIsToldWhatADrillDid(t *testing.T) {
	usual := VerifyConfig{Ledger: "a.ledger", To: "http://g", Query: "http://q", Ops: []string{"http://o1", "http://o2"}, Wait: time.Minute}
	rejects := usual
	rejects.Reject, rejects.Logs = 0.02, map[string]string{"http://o2": "2.log", "http://o1": "1.log"}
	const all = "simulate verify a.ledger --json --to http://g --query http://q --ops http://o1,http://o2 --wait 1m0s"
	for want, cfg := range map[string]VerifyConfig{
		all + " --lost l": usual,
		all + " --log http://o1=1.log --log http://o2=2.log --rejected 0.02 --lost l": rejects,
	} {
		proof, err := NewVerify(cfg, echo{}).Prove(t.Context(), []string{"l"})
		if err != nil || len(proof.Notes) != 1 || proof.Notes[0] != want {
			t.Errorf("called with %q, %v, want %q", proof.Notes, err, want)
		}
	}
}
