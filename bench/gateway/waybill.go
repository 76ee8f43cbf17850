package gateway

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/bench/measure"
	"github.com/waybill-dev/waybill/bench/stub"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
)

// Secret signs the webhooks of every Waybill under load.
const Secret = "bench-webhook-secret-of-32-bytes"

// Options say what Waybill is started with.
type Options struct {
	// Binary is a built program; Folder is for its database and is made.
	Binary, Folder string
	// Receiver gets the webhooks, TSP the messages.
	Receiver *stub.Receiver
	TSP      *stub.Samsara
	// Connections are made, each to an account and of a fleet of its own.
	Connections int
	// Environ is added to what the program gets.
	Environ []string
}

// Waybill is `waybill serve` over a database of its own.
type Waybill struct {
	Options
	client  *http.Client
	process *measure.Process
	environ []string
	addr    string
	token   *token
	made    []connection
}

// connection is what a message needs to know.
type connection struct{ ID, Sender, Recipient string }

// StartWaybill starts the program and makes all that its writes need.
func StartWaybill(ctx context.Context, o Options) (*Waybill, error) {
	w := &Waybill{Options: o, client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	if err := w.Serve(ctx); err != nil {
		return nil, err
	}
	if err := w.fill(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("setting up %s: %w", o.Binary, err), w.Close())
	}
	return w, nil
}

// prepare makes the folder, with the certificate of the receiver, and chooses the settings: as shipped,
// but for what a private TSP and receiver need, and without the limits of Samsara, which would pace the
// lanes.
func (w *Waybill) prepare() error {
	if err := os.MkdirAll(w.Folder, 0o700); err != nil {
		return err
	}
	trusted := filepath.Join(w.Folder, "receiver.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.Receiver.Certificate()})
	if err := os.WriteFile(trusted, certificate, 0o600); err != nil {
		return err
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.addr = free.Addr().String()
	if err := free.Close(); err != nil {
		return err
	}
	var limits []string
	for _, l := range samsara.New().Spec().Limits {
		limits = append(limits, l.Key+"=100000/s")
	}
	slices.Sort(limits)
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	w.environ = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.Folder, "TMPDIR=" + os.TempDir(),
		"SSL_CERT_FILE=" + trusted,
		"WAYBILL_ADDR=" + w.addr,
		"WAYBILL_DATABASE_URL=" + w.Database(),
		"WAYBILL_KEY=" + base64.StdEncoding.EncodeToString(key),
		"WAYBILL_LOG_LEVEL=warn",
		"WAYBILL_OUTBOUND_ALLOW=127.0.0.0/8",
		"WAYBILL_TSP_SAMSARA_BASE_URL=" + w.TSP.URL(),
		"WAYBILL_TSP_SAMSARA_LIMITS=" + strings.Join(slices.Compact(limits), ","),
	}, w.Environ...)
	return nil
}

// Serve starts the program, for the first time or again, and waits until it answers.
func (w *Waybill) Serve(ctx context.Context) (err error) {
	if w.process, err = measure.Start(ctx, w.Binary, w.environ, "serve"); err != nil {
		return err
	}
	for {
		answer, err := w.client.Get("http://" + w.addr + "/healthz")
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-w.process.Ended():
			return fmt.Errorf("%s serve ended: %s", w.Binary, w.process.Said())
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Name is the path of the program.
func (w *Waybill) Name() string { return w.Binary }

// Database is the file.
func (w *Waybill) Database() string { return filepath.Join(w.Folder, "waybill.db") }

// Process is the running program.
func (w *Waybill) Process() *measure.Process { return w.process }

// Usage is what the program has used since it was started last.
func (w *Waybill) Usage() (measure.Usage, error) { return w.process.Usage() }

// Close ends the program.
func (w *Waybill) Close() error { return w.process.Stop() }

// Request is a message through one of the connections.
func (w *Waybill) Request(ctx context.Context, n int, marker string) (*http.Request, error) {
	token, err := w.token.get(ctx)
	if err != nil {
		return nil, err
	}
	of := w.made[n%len(w.made)]
	body := fmt.Sprintf(`{"connection_id":%q,"sender_id":%q,"recipient_id":%q,"message_text":"Dock 7 is free %s"}`,
		of.ID, of.Sender, of.Recipient, marker)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.addr+"/v2/telematics/messages", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}
