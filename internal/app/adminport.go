package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"time"

	"github.com/waybill-dev/waybill/internal/api"
)

// profileTime is the longest that a profile may be asked for, with what writing it takes.
const profileTime = 2 * time.Minute

// adminPort is where operators look at the service. It is there before the database is opened and until
// all else has stopped, since that is when they look.
type adminPort struct {
	*App
	server *http.Server
	done   chan struct{}
	at     string
}

// openAdmin listens at the admin address, if there is one.
func (a *App) openAdmin() error {
	if a.config.AdminAddr == "" {
		return nil
	}
	l, err := net.Listen("tcp", a.config.AdminAddr)
	if err != nil {
		return fmt.Errorf("listening on WAYBILL_ADMIN_ADDR=%s (another program may hold it; choose another): %w",
			a.config.AdminAddr, err)
	}
	p := &adminPort{App: a, done: make(chan struct{}), at: l.Addr().String()}
	p.server = &http.Server{Handler: p.routes(), ReadHeaderTimeout: headerTime, ReadTimeout: arrivalTime,
		WriteTimeout: profileTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	a.admin = p
	go func() {
		defer close(p.done)
		if err := p.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("the admin address is served no more; restart the service to have it again", "error", err)
		}
	}()
	a.log.Info("serving operators", "admin_addr", p.at)
	return nil
}

// closeAdmin ends it; what is being asked is cut off.
func (a *App) closeAdmin() error {
	if a.admin == nil {
		return nil
	}
	err := a.admin.server.Close()
	<-a.admin.done
	return err
}

func (p *adminPort) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", p.health)
	mux.HandleFunc("GET /readyz", p.ready)
	mux.Handle("GET /metrics", p.metrics.Handler())
	mux.HandleFunc("GET /debug/pprof/", here(pprof.Index))
	mux.HandleFunc("GET /debug/pprof/profile", here(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/symbol", here(pprof.Symbol))
	mux.HandleFunc("GET /debug/pprof/trace", here(pprof.Trace))
	return mux
}

// health is the API's. A process that is starting lives, however long its tables take.
func (p *adminPort) health(w http.ResponseWriter, r *http.Request) {
	if p.built.Load() {
		p.api.ServeHTTP(w, r)
		return
	}
	write(w, http.StatusOK, []byte(`{"status":"ok"}`))
}

func (p *adminPort) ready(w http.ResponseWriter, r *http.Request) {
	status, text := api.Readiness(p.checks(r.Context()))
	write(w, status, text)
}

func write(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text) // whoever asked may hang up
}

// here is for what shows the inside of the program and costs time: it is for whoever is on this machine,
// as through a port that was forwarded. The name by which it was asked for keeps web pages out, which may
// give a name of theirs this machine's address.
func here(do http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !isHere(r.RemoteAddr) || !isHere(r.Host) {
			http.Error(w, "profiles are for this machine alone; ask for them at 127.0.0.1, for example through "+
				"`ssh -L` or `kubectl port-forward`", http.StatusForbidden)
			return
		}
		do(w, r)
	}
}

// isHere tells whether a host, with or without a port, is this machine.
func isHere(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
