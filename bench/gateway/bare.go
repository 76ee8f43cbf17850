package gateway

import (
	"context"
	"net/http"
	"os"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/bench/measure"
	"github.com/waybill-dev/waybill/bench/stub"
)

// Bare is the stack of one write without a store, as bench/bare makes it.
type Bare struct {
	addr, connection, sender, recipient string
	process                             *measure.Process
}

// bareToken is the token of its callers; it is of the length of a real one.
var bareToken = strings.Repeat("bare", 100)

// StartBare starts the built program bench/bare.
func StartBare(ctx context.Context, binary, folder string, r *stub.Receiver, tsp *stub.Samsara) (*Bare, error) {
	trusted, err := trust(folder, r)
	if err != nil {
		return nil, err
	}
	b := &Bare{connection: uuid.NewString(), sender: uuid.NewString(), recipient: uuid.NewString()}
	if b.addr, err = FreeAddr(); err != nil {
		return nil, err
	}
	environ := []string{"PATH=" + os.Getenv("PATH"), "SSL_CERT_FILE=" + trusted, "BARE_ADDR=" + b.addr,
		"BARE_TSP=" + tsp.URL(), "BARE_RECEIVER=" + r.SecureURL() + "/", "BARE_SECRET=" + Secret, "BARE_TOKEN=" + bareToken}
	if b.process, err = measure.Start(ctx, binary, environ); err != nil {
		return nil, err
	}
	return b, answers(ctx, http.DefaultClient, b.addr, b.process)
}

// Name tells it apart.
func (b *Bare) Name() string { return "no store" }

// Request is a message.
func (b *Bare) Request(ctx context.Context, _ int, marker string) (*http.Request, error) {
	return message(ctx, b.addr, bareToken, connection{b.connection, b.sender, b.recipient}, marker)
}

// Usage is what it has used.
func (b *Bare) Usage() (measure.Usage, error) { return b.process.Usage() }

// Close ends it.
func (b *Bare) Close() error { return b.process.Stop() }
