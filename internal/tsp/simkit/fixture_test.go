package simkit_test

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

// shelf is the smallest TSP: POST /things keeps a thing with a unique name, GET /things tells how many there are, and
// everything under /free needs no credential.
type shelf struct{ host *simkit.Host }

func definition() simkit.Definition {
	return simkit.Definition{
		Info:     simkit.Info{Name: "shelf", PortOffset: 9},
		Switches: map[string]bool{"polite": true},
		Build:    func(h *simkit.Host) simkit.TSP { return &shelf{h} },
	}
}

func (s *shelf) Seed(tx *simkit.Tx) error {
	return tx.Put("things", "1", simkit.Object{"name": "seeded"}, "name seeded")
}

func (s *shelf) Expire(r *http.Request) bool { return r.Header.Get("Authorization") != "" }

func (s *shelf) Objects(tx *simkit.Tx, collection string) ([]*simkit.Item, bool) {
	return tx.Items(collection), collection == "things"
}

func (s *shelf) Refuse(w http.ResponseWriter, _ *http.Request, status int) {
	http.Error(w, "shelf says "+strconv.Itoa(status), status)
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		_ = s.host.Store.Shown(func(tx *simkit.Tx) error {
			_, err := io.WriteString(w, strconv.Itoa(len(tx.Items("things"))))
			return err
		})
		return
	}
	data, err := simkit.Body(r)
	if errors.Is(err, simkit.ErrBodyTooLarge) {
		s.Refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	body, err := simkit.ParseObject(data)
	if err != nil {
		s.Refuse(w, r, http.StatusBadRequest)
		return
	}
	err = s.host.Store.Update(func(tx *simkit.Tx) error {
		name, _ := body["name"].(string)
		return tx.Put("things", strconv.FormatInt(tx.NextSeq(), 10), body, "name "+name)
	})
	if err != nil {
		s.Refuse(w, r, http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// running is a simulator behind a real server, and its host.
type running struct {
	*simtest.Sim
	host *simkit.Host
}

func start(t *testing.T, opts simkit.Options) running {
	t.Helper()
	var host *simkit.Host
	sim := simtest.Start(t, func(opts simkit.Options) (s simkit.Simulator, err error) {
		host, err = simkit.New(opts, definition())
		return host, err
	}, func(o *simkit.Options) { *o = opts })
	return running{sim, host}
}

func (r running) things() int {
	r.T().Helper()
	return len(r.Objects("things"))
}

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }
