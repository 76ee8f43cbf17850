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

// server is the name of the server that the switch other_server moves the database to; "" stands for the same port of
// localhost.
type server struct {
	// first is the name that a reset goes back to.
	first string
	mu    sync.Mutex
	name  string
}

func (o *server) set(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.name = name
}

// from is how a caller of host is told of the server: thisServer if that is the host.
func (o *server) from(host string) string {
	o.mu.Lock()
	name := o.name
	o.mu.Unlock()
	if name == "" {
		name = "localhost"
		if _, port, err := net.SplitHostPort(host); err == nil {
			name = net.JoinHostPort(name, port)
		}
	}
	if strings.EqualFold(name, host) {
		return thisServer
	}
	return name
}

// home is the server that a caller of host finds the database at, or thisServer.
func (s *service) home(host string) string {
	if !s.Host.On(otherServer) {
		return thisServer
	}
	return s.other.from(host)
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
		o.set(wish.Name)
		status, answer["name"] = http.StatusOK, wish.Name
	}
	simkit.WriteJSON(w, status, answer)
}
