// Package sim is a strict simulator of Catena Simulator.
package sim

import (
	"net/http"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Info describes the Catena Simulator simulator.
func Info() simkit.Info { return simkit.Info{Name: "catena_simulator", PortOffset: 30} }

// New opens a Catena Simulator simulator with the state found in opts.Dir, or a seeded one.
func New(opts simkit.Options) (simkit.Simulator, error) {
	return simkit.Open(opts, simkit.Definition{Info: Info(), Build: func(h *simkit.Host) simkit.TSP {
		return &service{simkit.API{Host: h, Operations: operations(), Authenticate: authenticate(h), WriteRefusal: refuse}}
	}})
}

// service is the TSP side.
type service struct{ simkit.API }

// sessions is the collection of those that are open.
const sessions = "sessions"

// Expire ends all sessions, and tells whether the request carries one.
func (s *service) Expire(r *http.Request) bool {
	if r.Header.Get("Authorization") == "" {
		return false
	}
	_ = s.Host.Store.Update(func(tx *simkit.Tx) error {
		for _, i := range slices.Clone(tx.Items(sessions)) {
			tx.Delete(sessions, i.ID)
		}
		return nil
	})
	return true
}

// authenticate asks for an open session, but of who wants one. That it is gone is told with 200.
func authenticate(h *simkit.Host) func(*simkit.Call) error {
	return func(c *simkit.Call) error {
		if c.Name == "POST /login" {
			return nil
		}
		session, _ := strings.CutPrefix(c.Request.Header.Get("Authorization"), "CAT ")
		return h.Store.View(func(tx *simkit.Tx) error {
			if _, open := tx.Get(sessions, session); !open {
				return simkit.Coded(http.StatusOK, 401, "the session is not known")
			}
			return nil
		})
	}
}

// postLogin opens a session for the sample credentials of the adapter's spec.
func postLogin(tx *simkit.Tx, c *simkit.Call) (any, error) {
	if simkit.Text(c.Body, "token") != "catena-simulator-demo-token" {
		return nil, simkit.Refused(http.StatusUnauthorized, "the token is not valid")
	}
	session := simkit.Cursor(tx.NextSeq()) + "-session"
	return simkit.Object{"session": session}, tx.Put(sessions, session, simkit.Object{})
}

func refuse(w http.ResponseWriter, _ *simkit.Call, no *simkit.Refusal) {
	simkit.WriteJSON(w, no.Status, simkit.Object{"code": no.Code, "message": no.Message})
}
