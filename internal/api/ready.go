package api

import (
	"net/http"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/access"
)

// Check is one of the things that must be so for the service to take requests. Detail says what is wrong
// and what to do; "" if nothing is. It is told to everybody, so it names no file, host or number of others.
type Check struct {
	Name   string
	Detail string
}

// readyBody is our own; the contract knows no readiness.
type readyBody struct {
	Status string      `json:"status"`
	Checks []checkBody `json:"checks"`
}

type checkBody struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Detail string `json:"detail,omitempty"`
}

// ready is for whoever sends requests here only while they are taken, so it needs no token. Unlike health
// it says no while the service still works and is about to stop.
func (s *Server) ready(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	status, text := Readiness(s.Ready(r.Context()))
	s.answerText(w, status, text)
	return nil
}

// Readiness is the status and the body that tell of checks.
func Readiness(checks []Check) (status int, text []byte) {
	status, body := http.StatusOK, readyBody{Status: "ready", Checks: []checkBody{}}
	for _, c := range checks {
		one := checkBody{Name: c.Name, Status: "ok", Detail: c.Detail}
		if c.Detail != "" {
			one.Status = "failed"
			status, body.Status = http.StatusServiceUnavailable, "unavailable"
		}
		body.Checks = append(body.Checks, one)
	}
	text, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		return broken()
	}
	return status, text
}
