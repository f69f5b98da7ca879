package levels

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The headers of a webhook's request.
const (
	// HeaderSignature is t=<unix seconds>,v1=<hex>[,v1=<hex>…]: HMAC-SHA256 over "<t>.<body>", by each secret in use.
	HeaderSignature = "Sluice-Signature"
	// HeaderID is the same for every attempt at one change: memberId, epoch and version.
	HeaderID = "Sluice-Id"
	// HeaderPublished is when the change was published, ms since 1970 UTC: an old one is a repetition, or comes behind an outage.
	HeaderPublished = "Sluice-Published"
)

// Why Verify refuses.
var (
	ErrUnsigned = errors.New("the request has no readable signature")
	ErrForged   = errors.New("no signature fits")
	ErrTooOld   = errors.New("the signature is from another time")
)

// Sign is the signature header of a body: one signature by each secret, the current one and, while they are
// changed, the one before.
func Sign(body []byte, at time.Time, secrets ...[]byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	var header strings.Builder
	header.WriteString("t=" + stamp)
	for _, secret := range secrets {
		header.WriteString(",v1=" + hex.EncodeToString(sum(stamp, body, secret)))
	}
	return header.String()
}

// Verify says whether a body comes from who knows the secret, and was signed within tolerance of now, before or behind:
// a request that somebody has recorded is worth nothing later. tolerance is at most as long as the receiver remembers ids, or it obeys
// the rule of (epoch, version), to which a repetition is nothing new.
func Verify(header string, body, secret []byte, now time.Time, tolerance time.Duration) error {
	stamp, signatures := parse(header)
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(signatures) == 0 || len(secret) == 0 {
		return ErrUnsigned
	}
	want := sum(stamp, body, secret)
	fits := false
	for _, signature := range signatures {
		got, err := hex.DecodeString(signature)
		fits = fits || err == nil && hmac.Equal(got, want)
	}
	if !fits {
		return ErrForged
	}
	if age := now.Sub(time.Unix(at, 0)); age > tolerance || age < -tolerance {
		return fmt.Errorf("%w: %s away", ErrTooOld, age.Round(time.Second))
	}
	return nil
}

// maxSignatures of one header are looked at.
const maxSignatures = 4

// parse takes a signature header apart.
func parse(header string) (stamp string, signatures []string) {
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case name == "t":
			stamp = value
		case name == "v1" && len(signatures) < maxSignatures:
			signatures = append(signatures, value)
		}
	}
	return stamp, signatures
}

func sum(stamp string, body, secret []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write([]byte(stamp + ".")) // it never fails
	_, _ = mac.Write(body)
	return mac.Sum(nil)
}
