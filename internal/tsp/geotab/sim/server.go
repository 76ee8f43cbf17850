package sim

import (
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const (
	serverPath = "/_sim/server"
	thisServer = "ThisServer"
)

// server is the name of the server that the switch other_server moves the database to; "" follows the rule of twin.
type server struct {
	mu    sync.Mutex
	first string
	name  string
}

// start names the server that a reset goes back to.
func (o *server) start(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.first, o.name = name, name
}

func (o *server) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.name = o.first
}

// from is the server that a caller of host finds the database at.
func (o *server) from(host string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.name != "" {
		return o.name
	}
	return twin(host)
}

// isHere tells whether a caller of host has found the database's server. By rule it is the one called localhost.
func (o *server) isHere(host string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.name != "" {
		return strings.EqualFold(o.name, host)
	}
	return strings.EqualFold(hostname(host), "localhost")
}

// twin is the same port under the name localhost.
func twin(host string) string {
	if _, port, err := net.SplitHostPort(host); err == nil {
		return net.JoinHostPort("localhost", port)
	}
	return "localhost"
}

func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// serve is POST /_sim/server {"name":"host:port"}.
func (o *server) serve(w http.ResponseWriter, r *http.Request) {
	var wish struct {
		Name string `json:"name"`
	}
	status, answer := http.StatusBadRequest, simkit.Object{}
	err := json.UnmarshalRead(http.MaxBytesReader(w, r.Body, simkit.MaxBody), &wish, json.RejectUnknownMembers(true))
	switch {
	case r.Method != http.MethodPost:
		status = http.StatusMethodNotAllowed
		answer["message"] = "POST is the only method of " + serverPath
	case err != nil:
		answer["message"] = err.Error()
	case strings.ContainsAny(wish.Name, "/ "):
		answer["message"] = "name must be a host or host:port, without protocol and path"
	default:
		o.mu.Lock()
		o.name = wish.Name
		o.mu.Unlock()
		status, answer["name"] = http.StatusOK, wish.Name
	}
	simkit.WriteJSON(w, status, answer)
}
