package gateway

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
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
	// Account begins the name of each account at the TSP; "" is account.
	Account string
	// Environ is added to what the program gets.
	Environ []string
	// Replicas are how many programs work on the database, one if it is 0; requests go to each in turn.
	Replicas int
	// Server is the process of the database's server whose use counts as well, with that of its children; 0 is none.
	Server int
}

// Waybill is `waybill serve` over a database of its own.
type Waybill struct {
	Options
	client  *http.Client
	process *measure.Process
	others  []replica
	environ []string
	addr    string
	token   *token
	// samsara, subscription and partner are ids.
	samsara, subscription, partner, key string
	made                                []connection
}

// connection is what a message needs to know.
type connection struct{ ID, Sender, Recipient string }

// StartWaybill starts the program and makes all that its writes need.
func StartWaybill(ctx context.Context, o Options) (*Waybill, error) {
	w := &Waybill{Options: o}
	w.client = &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	if err := w.Serve(ctx); err != nil {
		return nil, err
	}
	if err := w.fill(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("setting up %s: %w", o.Binary, err), w.Close())
	}
	for len(w.others) < o.Replicas-1 {
		if err := w.join(ctx); err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}
	return w, nil
}

// prepare makes the folder, with the certificate of the receiver, and chooses the settings: as shipped,
// but for what a private TSP and receiver need, and without the limits of Samsara, which would pace the
// lanes.
func (w *Waybill) prepare() error {
	trusted, err := trust(w.Folder, w.Receiver)
	if err != nil {
		return err
	}
	if w.addr, err = FreeAddr(); err != nil {
		return err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	w.key = base64.StdEncoding.EncodeToString(key)
	w.environ = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.Folder, "TMPDIR=" + os.TempDir(),
		"SSL_CERT_FILE=" + trusted,
		"WAYBILL_ADDR=" + w.addr,
		"WAYBILL_DATABASE_URL=" + w.Database(),
		"WAYBILL_KEY=" + w.key,
		"WAYBILL_LOG_LEVEL=warn",
		"WAYBILL_OUTBOUND_ALLOW=127.0.0.0/8",
		"WAYBILL_TSP_SAMSARA_BASE_URL=" + w.TSP.URL(),
		"WAYBILL_TSP_SAMSARA_LIMITS=" + Limits(),
	}, w.Environ...)
	return nil
}

// Serve starts the program, for the first time or again, and waits until it answers.
func (w *Waybill) Serve(ctx context.Context) (err error) {
	if w.process, err = measure.Start(ctx, w.Binary, w.environ, "serve"); err != nil {
		return err
	}
	return answers(ctx, w.client, w.addr, w.process)
}

// Part is Waybill with writes through some of its connections alone.
type Part struct {
	*Waybill
	From, To int
}

// Request is a message through one of them.
func (p Part) Request(ctx context.Context, n int, marker string) (*http.Request, error) {
	return p.Waybill.Request(ctx, p.From+n%(p.To-p.From), marker)
}

// Limits are all limits of Samsara, lifted, but for those that are given, such as messages.write=50/s.
func Limits(given ...string) string {
	all := slices.Clone(given)
	for _, l := range samsara.New().Spec().Limits {
		if !slices.ContainsFunc(given, func(one string) bool { return strings.HasPrefix(one, l.Key+"=") }) {
			all = append(all, l.Key+"=100000/s")
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ",")
}

// Subscription is the id of the one whose webhooks are waited for.
func (w *Waybill) Subscription() string { return w.subscription }

// Partner is the id of the one that everything is made for.
func (w *Waybill) Partner() string { return w.partner }

// Key is the one that seals secrets at rest.
func (w *Waybill) Key() string { return w.key }

// Connection is the id of the nth connection.
func (w *Waybill) Connection(n int) string { return w.made[n].ID }

// Name is the path of the program.
func (w *Waybill) Name() string { return w.Binary }

// Database is the file.
func (w *Waybill) Database() string { return filepath.Join(w.Folder, "waybill.db") }

// Process is the running program.
func (w *Waybill) Process() *measure.Process { return w.process }

// Close ends the program and its replicas, if they run.
func (w *Waybill) Close() (err error) {
	for _, p := range w.processes() {
		select {
		case <-p.Ended():
		default:
			err = errors.Join(err, p.Stop())
		}
	}
	return err
}

// Request is a message through one of the connections.
func (w *Waybill) Request(ctx context.Context, n int, marker string) (*http.Request, error) {
	token, err := w.token.get(ctx)
	if err != nil {
		return nil, err
	}
	return message(ctx, w.at(n), token, w.made[n%len(w.made)], marker)
}
