// Package gateway holds the gateways that can be put under load: Waybill, as a program of its own over
// a fresh database, and others that take an event over HTTP and deliver it.
package gateway

import (
	"context"
	"net/http"

	"github.com/waybill-dev/waybill/bench/measure"
)

// Gateway takes writes over HTTP and delivers what became of each to the receiver.
type Gateway interface {
	// Name tells gateways apart in what is printed.
	Name() string
	// Request is the nth write; a webhook that carries its marker must follow.
	Request(ctx context.Context, n int, marker string) (*http.Request, error)
	// Usage is what its processes have used so far.
	Usage() (measure.Usage, error)
	// Close ends it, if it was started here.
	Close() error
}
