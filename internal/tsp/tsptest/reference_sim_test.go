package tsptest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// wholeAnswers is the switch that lets creates be answered with more than an id.
const wholeAnswers = "whole_answers"

// service is the TSP of the reference adapter.
type service struct{ host *simkit.Host }

func newReferenceSimulator(o simkit.Options) (simkit.Simulator, error) {
	h, err := simkit.New(o, simkit.Definition{Info: simkit.Info{Name: "reference"}, Switches: map[string]bool{wholeAnswers: false},
		Build: func(h *simkit.Host) simkit.TSP { return &service{h} }})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Seed fills five vehicles and users.
func (s *service) Seed(tx *simkit.Tx) error {
	for n := range 5 {
		id := fmt.Sprintf("v%d", 100+n)
		if err := tx.Put("vehicles", id, simkit.Object{"id": id, "name": "Truck " + id, "vin": "", "licensePlate": "", "notes": "", "isActive": n%2 == 0}); err != nil {
			return err
		}
		id = fmt.Sprintf("u%d", 100+n)
		if err := tx.Put("users", id, simkit.Object{"id": id, "name": "User " + id}); err != nil {
			return err
		}
	}
	return tx.Put("messages", "m99", simkit.Object{"id": "m99", "from": "u101", "to": "u100", "text": "On my way."})
}

// Expire ends all sessions.
func (s *service) Expire(r *http.Request) bool {
	if r.Header.Get("Authorization") == "" {
		return false
	}
	_ = s.host.Store.Update(func(tx *simkit.Tx) error {
		for _, i := range slices.Clone(tx.Items("tokens")) {
			tx.Delete("tokens", i.ID)
		}
		return nil
	})
	return true
}

// Objects lists a collection.
func (s *service) Objects(tx *simkit.Tx, name string) ([]*simkit.Item, bool) {
	return tx.Items(name), slices.Contains([]string{"vehicles", "users", "messages", "inspections"}, name)
}

// Refuse answers with an error.
func (s *service) Refuse(w http.ResponseWriter, _ *http.Request, status int) {
	tell(w, status, simkit.Object{"error": http.StatusText(status)})
}

func tell(w http.ResponseWriter, status int, o simkit.Object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	text, _ := simkit.Marshal(o)
	_, _ = w.Write(text)
}

// no is a refusal.
type no int

func (n no) Error() string { return http.StatusText(int(n)) }

// tooFast refuses a call for its rate, which this TSP does with status 200.
type tooFast struct{}

func (tooFast) Error() string { return "too fast" }

// ServeHTTP answers one request.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out, err := s.answer(r)
	switch status := err.(type) {
	case nil:
		tell(w, http.StatusOK, out)
	case tooFast:
		w.Header().Set("Retry-After", "1")
		tell(w, http.StatusOK, simkit.Object{"error": "too fast"})
	case no:
		s.Refuse(w, r, int(status))
	default:
		tell(w, http.StatusBadRequest, simkit.Object{"error": err.Error()})
	}
}

func (s *service) answer(r *http.Request) (out simkit.Object, err error) {
	body := simkit.Object{}
	if data, err := simkit.Body(r); err != nil || len(data) > 0 {
		if body, err = simkit.ParseObject(data); err != nil {
			return nil, err
		}
	}
	if r.URL.Path == "/login" {
		err = s.host.Store.Update(func(tx *simkit.Tx) (err error) {
			out, err = signIn(tx, body)
			return err
		})
		return out, err
	}
	limit, in := simkit.Limit{Key: "reads", N: 20, Per: time.Second}, s.host.Store.Shown
	if r.Method != http.MethodGet && r.URL.Path != "/messages/search" {
		limit, in = simkit.Limit{Key: "writes", N: 10, Per: time.Second}, s.host.Store.Update
	}
	if err := s.host.Store.View(func(tx *simkit.Tx) error { return known(tx, r) }); err != nil {
		return nil, err
	}
	limits := []simkit.Limit{limit}
	if r.URL.Path == "/users" && r.Method == http.MethodPost {
		limits = append(limits, simkit.Limit{Key: "users", N: 3, Per: time.Second, Assumed: true})
	}
	if s.host.Limiter.Take(s.host.Now(), limits...) > 0 {
		return nil, tooFast{}
	}
	err = in(func(tx *simkit.Tx) (err error) {
		out, err = s.serve(tx, r, body)
		return err
	})
	return out, err
}

// signIn gives a token for the one user's password.
func signIn(tx *simkit.Tx, body simkit.Object) (simkit.Object, error) {
	if body["user"] != "demo" || body["password"] != "demo-password" {
		return nil, no(http.StatusUnauthorized)
	}
	token := fmt.Sprintf("session-token-%d", tx.NextSeq())
	return simkit.Object{"token": token}, tx.Put("tokens", token, simkit.Object{})
}

// known refuses a request without a token.
func known(tx *simkit.Tx, r *http.Request) error {
	if _, ok := tx.Get("tokens", strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")); !ok {
		return no(http.StatusUnauthorized)
	}
	return nil
}

// serve does what a request of somebody known asks for.
func (s *service) serve(tx *simkit.Tx, r *http.Request, body simkit.Object) (simkit.Object, error) {
	collection, id, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch r.Method + " " + collection {
	case "GET me":
		return simkit.Object{"id": "reference"}, nil
	case "GET groups":
		if id == "g1" {
			return simkit.Object{"id": id}, nil
		}
	case "GET vehicles", "GET users":
		if item, ok := tx.Get(collection, id); ok {
			return item.Object, nil
		} else if id != "" {
			return nil, no(http.StatusNotFound)
		}
		return page(tx, collection, r), nil
	case "POST vehicles", "POST users", "POST messages", "POST inspections":
		if id == "search" {
			return search(tx, body)
		}
		made, err := create(tx, collection, body)
		if err == nil && s.host.On(wholeAnswers) {
			made["name"] = "as it was sent"
		}
		return made, err
	case "PATCH vehicles":
		return replace(tx, collection, id, body)
	}
	return nil, no(http.StatusNotFound)
}
