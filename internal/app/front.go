package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/listen"
	"github.com/waybill-dev/waybill/internal/throttle"
)

// The time that a request's headers, its arrival as a whole, an idle connection and the last requests may
// take. How long answering one takes is the business of whoever answers.
const (
	headerTime  = 10 * time.Second
	arrivalTime = time.Minute
	idleTime    = 2 * time.Minute
	drainTime   = 35 * time.Second
)

// maxHeader bounds the headers of a request, in bytes.
const maxHeader = 64 << 10

// front takes callers' connections and requests.
type front struct {
	*App
	server   *http.Server
	listener net.Listener
}

// front makes what serves the API on a listener.
func (a *App) front(l net.Listener) (*front, error) {
	certificates, err := certificatesOf(a.config, a.log)
	if err != nil {
		return nil, err
	}
	c := a.config
	a.log.Debug("what callers may cost", "connections", a.most, "tls", certificates != nil,
		"client", c.RateClient, "partner", c.RatePartner, "token", c.RateToken, "address", c.RateAddress,
		"trusted_proxies", c.TrustedProxies, "header_seconds", headerTime.Seconds(), "arrival_seconds", arrivalTime.Seconds(),
		"idle_seconds", idleTime.Seconds(), "drain_seconds", drainTime.Seconds())
	return &front{App: a,
		server: &http.Server{Handler: a.rooted(), ReadHeaderTimeout: headerTime, ReadTimeout: arrivalTime, IdleTimeout: idleTime,
			MaxHeaderBytes: maxHeader, ConnContext: listen.WithConn,
			// What it logs is callers' doing; what is the machine's, the listener logs.
			ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)},
		listener: listen.New(l, listen.Config{Most: a.most, Trusted: c.TrustedProxies,
			Certificates: certificates, Now: time.Now, Log: a.log}),
	}, nil
}

// connectionsAtOnce is how many connections callers may hold where the process may have so many files
// open: half of them are for the store, the TSPs and the receivers.
func (a *App) connectionsAtOnce(descriptors int) int {
	most := a.config.MaxConnections
	if descriptors == 0 || most <= descriptors/2 {
		return most
	}
	a.log.Warn("callers get fewer connections than are set, because the process may have few files open; raise its "+
		"limit (ulimit -n, LimitNOFILE)", "connections", descriptors/2, "set", most, "files", descriptors)
	return max(1, descriptors/2)
}

// serve answers requests until the server is shut down.
func (f *front) serve() error {
	if err := f.server.Serve(f.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the API: %w", err)
	}
	return nil
}

// drain waits for ctx and then for the requests that there are. Those that take too long are cut: whoever
// reads an answer byte by byte must not turn an orderly stop into another.
func (f *front) drain(ctx context.Context) error {
	<-ctx.Done()
	f.stops.Store(true)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	f.api.EndBatches()
	if f.console != nil {
		f.console.EndStreams()
	}
	err := f.server.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		f.log.Warn("requests that did not end in time were cut", "seconds", drainTime.Seconds())
		return f.server.Close()
	}
	return err
}

// certificatesOf reads the certificate; nil if none is set.
func certificatesOf(c config.Config, log *slog.Logger) (*listen.Certificates, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	return listen.LoadCertificates(c.TLSCert, c.TLSKey, time.Now, log)
}

// CheckTLS tells what is wrong with the certificate of a service.
func CheckTLS(c config.Config) error {
	_, err := certificatesOf(c, slog.New(slog.DiscardHandler))
	return err
}

// How many callers the limits remember: more than an installation has clients, and more addresses than
// a stranger can use before the bucket of the first is full again.
const (
	rememberedClients   = 10_000
	rememberedStrangers = 50_000
)

// limits are the API's own.
func limits(c config.Config) api.Limits {
	of := func(r config.Rate, size int) api.Limit { return throttle.New(throttle.Rate(r), size, time.Now) }
	return api.Limits{
		Client: of(c.RateClient, rememberedClients), Organisation: of(c.RatePartner, rememberedClients),
		Token: of(c.RateToken, rememberedStrangers), Address: of(c.RateAddress, rememberedStrangers),
		Proxies: c.TrustedProxies,
	}
}
