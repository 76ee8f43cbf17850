package listen

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// files are those of a certificate; their times are set, since two writes may be too close to tell.
type files struct {
	t         *testing.T
	cert, key string
	at        time.Time
}

func newFiles(t *testing.T) *files {
	dir := t.TempDir()
	return &files{t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), time.Now().Add(-time.Hour)}
}

// put writes a certificate of a serial number.
func (f *files) put(serial int64, key crypto.Signer, ends time.Time) {
	f.t.Helper()
	of := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "waybill.example"},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: ends, DNSNames: []string{"waybill.example"}}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		f.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		f.t.Fatal(err)
	}
	f.write(f.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
	f.write(f.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600)
}

func (f *files) write(name string, text []byte, mode os.FileMode) {
	f.t.Helper()
	f.at = f.at.Add(time.Second)
	if err := errors.Join(os.WriteFile(name, text, mode), os.Chmod(name, mode), os.Chtimes(name, f.at, f.at)); err != nil {
		f.t.Fatal(err)
	}
}

func elliptical(t *testing.T) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func short(t *testing.T) crypto.Signer {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	k, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// shown is the serial number of the certificate that a handshake is shown, and the connection.
func shown(t *testing.T, addr string) (int64, *tls.Conn) {
	t.Helper()
	c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	state := c.ConnectionState()
	if state.Version < tls.VersionTLS12 || state.NegotiatedProtocol != "http/1.1" {
		t.Errorf("TLS %x, %q", state.Version, state.NegotiatedProtocol)
	}
	return state.PeerCertificates[0].SerialNumber.Int64(), c
}

func TestARenewedCertificateCountsForTheNextConnectionAndABrokenOneForNone(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	f.put(1, elliptical(t), time.Now().Add(time.Hour))
	var told log
	now := time.Now()
	c, err := LoadCertificates(f.cert, f.key, func() time.Time { now = now.Add(lookEvery); return now }, told.logger())
	if err != nil {
		t.Fatal(err)
	}
	addr := serving(t, Config{Most: 100, Certificates: c}, []byte("ok"), nil)
	serial, first := shown(t, addr)
	expect := func(says string, want int64) {
		t.Helper()
		if serial, _ = shown(t, addr); serial != want {
			t.Errorf("%s: %d is shown, not %d", says, serial, want)
		}
	}
	expect("the first", 1)
	f.put(2, elliptical(t), time.Now().Add(time.Hour))
	expect("a renewed one", 2)
	if !answers(first) {
		t.Error("the connection of before is not served any more")
	}
	if strings.Contains(told.String(), "level=WARN") {
		t.Errorf("of a key that none but its owner may read: %s", told.String())
	}
	const refused = "level=ERROR msg=\"the new certificate cannot be used; the one before stays\""
	for _, c := range []struct {
		mode fs.FileMode
		says string
	}{{0o640, "level=WARN msg=\"the group of"}, {0o604, refused}} {
		if err := os.Chmod(f.key, c.mode); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			expect("one whose key more may read", 2)
		}
		if n := strings.Count(told.String(), c.says); n != 1 {
			t.Errorf("%04o is told %d times: %s", c.mode, n, told.String())
		}
	}
	f.put(2, elliptical(t), time.Now().Add(time.Hour))
	expect("a safe one again", 2)
	f.write(f.cert, []byte("rubbish"), 0o644)
	for range 3 {
		expect("a broken one", 2)
	}
	if n := strings.Count(told.String(), refused); n != 2 {
		t.Errorf("told %d times: %s", n, told.String())
	}
	if err := os.Remove(f.key); err != nil {
		t.Fatal(err)
	}
	expect("one without a key", 2)
	f.put(3, elliptical(t), time.Now().Add(time.Hour))
	expect("a mended one", 3)
	f.put(4, elliptical(t), time.Now().Add(-time.Minute))
	expect("one that has expired", 3)
}

func TestACertificateThatIsNotSafeIsRefused(t *testing.T) {
	f := newFiles(t)
	load := func(want string) {
		t.Helper()
		var told log
		_, err := LoadCertificates(f.cert, f.key, time.Now, told.logger())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
	load("no such file")
	f.put(1, elliptical(t), time.Now().Add(time.Hour))
	load("")
	for mode, want := range map[fs.FileMode]string{0o640: "", 0o644: "chmod 600", 0o602: "chmod 600"} {
		if err := os.Chmod(f.key, mode); err != nil {
			t.Fatal(err)
		}
		load(want)
	}
	f.put(1, elliptical(t), time.Now().Add(-time.Minute))
	load("expired on")
	f.put(1, short(t), time.Now().Add(time.Hour))
	load("RSA of 1024 bits")
}

func TestOldVersionsOfTLSAreRefused(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	f.put(1, elliptical(t), time.Now().Add(time.Hour))
	c, err := LoadCertificates(f.cert, f.key, time.Now, (&log{}).logger())
	if err != nil {
		t.Fatal(err)
	}
	addr := serving(t, Config{Most: 100, Certificates: c}, []byte("ok"), nil)
	if c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11,
		MinVersion: tls.VersionTLS10}); err == nil {
		t.Errorf("%x was agreed on", c.ConnectionState().Version)
	}
	got := ask(t, dial(t, addr), get)
	if !strings.HasPrefix(got, "HTTP/1.0 400 ") || !strings.Contains(got, "use https://") {
		t.Errorf("plain HTTP is answered %q", got)
	}
}

func TestFramingIsWatchedBehindTLS(t *testing.T) {
	t.Parallel()
	f := newFiles(t)
	f.put(1, elliptical(t), time.Now().Add(time.Hour))
	c, err := LoadCertificates(f.cert, f.key, time.Now, (&log{}).logger())
	if err != nil {
		t.Fatal(err)
	}
	_, secure := shown(t, serving(t, Config{Most: 100, Certificates: c}, []byte("ok"), nil))
	var conn net.Conn = secure
	_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
	got, _ := io.ReadAll(conn)
	if !strings.HasPrefix(string(got), "HTTP/1.1 400 ") {
		t.Errorf("%s", got)
	}
}
