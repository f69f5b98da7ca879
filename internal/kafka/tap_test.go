package kafka

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/pipelines"
)

// certified is a certificate for this machine that is its own authority, and the file that says so.
func certified(t *testing.T) (*tls.Config, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}, file
}

// Over TLS, too, records are fetched, and what cannot be read is seen for what it is.
func TestAFetchOverTLSIsSeenInPlain(t *testing.T) {
	server, authority := certified(t)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(t.TempDir()), kfake.TLS(server))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	cfg := Config{Brokers: cluster.ListenAddrs(), TLS: TLS{Enabled: true, CAFile: authority}}
	makeTopic(t, cfg, "pings", 1)
	publish(t, publisherOf(t, cfg, PublisherConfig{}), "pings", 30)
	leading(cluster, [][]byte{rawBatch(0, 9, 10, 0), flipped(10), rawBatch(20, 29, 10, 0)}, 30, nil)
	obs := newTold()
	serving(t, cfg, quick(GroupConfig{}), obs, func(ctx context.Context, src pipelines.Source) error {
		all, err := take(ctx, src, 20)
		if err != nil {
			return err
		}
		consecutive(t, all[:10], 0)
		consecutive(t, all[10:], 20)
		if got, want := <-obs.skipped, (skip{10, 20, skipCorrupt}); got != want {
			t.Errorf("skipped %+v, want %+v", got, want)
		}
		return nil
	})
}

// An answer that is not all there, or not as it should be, tells nothing.
func FuzzFront(f *testing.F) {
	f.Add([]byte{0, 0, 0, 4, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, raw []byte) {
		answer := &tap{head: raw, read: int64(len(raw))}
		if _, whole := answer.front(); whole && len(raw) < 60 {
			t.Errorf("%d bytes were taken for a whole answer", len(raw))
		}
	})
}
