package simkit

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

// adminRoutes is the /_sim/ side. It is for the tests and the operator of a simulator, on a loopback port; no fault,
// limit or credential applies to it.
func (h *Host) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sim/requests", h.getRequests)
	mux.HandleFunc("GET /_sim/objects/{collection}", h.getObjects)
	mux.HandleFunc("POST /_sim/faults", h.postFault)
	mux.HandleFunc("GET /_sim/faults", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"items": h.faults.list()})
	})
	mux.HandleFunc("DELETE /_sim/faults", func(w http.ResponseWriter, _ *http.Request) {
		h.faults.clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /_sim/reset", func(w http.ResponseWriter, _ *http.Request) {
		if err := h.reset(); err != nil {
			answerReason(w, http.StatusInternalServerError, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /_sim/limits", h.postLimits)
	mux.HandleFunc("GET /_sim/switches", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, h.switches.all())
	})
	mux.HandleFunc("POST /_sim/switches", h.postSwitches)
	mux.HandleFunc("POST /_sim/clock", h.postClock)
	mux.HandleFunc("POST /_sim/lag", h.postLag)
	return mux
}

func (h *Host) getRequests(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	found := h.requests.list(Match{Method: query.Get("method"), PathPrefix: query.Get("path_prefix")})
	items := make([]Object, 0, len(found))
	for _, record := range found {
		items = append(items, record.show())
	}
	answer(w, http.StatusOK, map[string]any{"items": items})
}

func (h *Host) getObjects(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("collection")
	items, known := []Object{}, false
	_ = h.Store.View(func(tx *Tx) error {
		found, ok := h.tsp.Objects(tx, name)
		known = ok
		for _, i := range found {
			items = append(items, i.Show())
		}
		return nil
	})
	if !known {
		answerReason(w, http.StatusNotFound, fmt.Errorf("there is no collection %q", name))
		return
	}
	answer(w, http.StatusOK, map[string]any{"items": items})
}

func (h *Host) postFault(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		answerReason(w, http.StatusBadRequest, err)
		return
	}
	fault, err := parseFault(data)
	if err != nil {
		answerReason(w, http.StatusBadRequest, err)
		return
	}
	answer(w, http.StatusOK, h.faults.add(fault))
}

func (h *Host) postLimits(w http.ResponseWriter, r *http.Request) {
	var wish struct {
		Enabled *bool `json:"enabled"`
	}
	if !readWish(w, r, &wish) {
		return
	}
	if wish.Enabled == nil {
		answerReason(w, http.StatusBadRequest, errors.New("enabled is missing"))
		return
	}
	h.Limiter.Enable(*wish.Enabled)
	answer(w, http.StatusOK, map[string]bool{"enabled": *wish.Enabled})
}

func (h *Host) postSwitches(w http.ResponseWriter, r *http.Request) {
	var wish map[string]bool
	if !readWish(w, r, &wish) {
		return
	}
	if err := h.switches.turn(wish); err != nil {
		answerReason(w, http.StatusBadRequest, err)
		return
	}
	answer(w, http.StatusOK, h.switches.all())
}

func (h *Host) postClock(w http.ResponseWriter, r *http.Request) {
	var wish struct {
		AdvanceMS int64 `json:"advance_ms"`
	}
	if !readWish(w, r, &wish) {
		return
	}
	h.clock.advance(time.Duration(wish.AdvanceMS) * time.Millisecond)
	answer(w, http.StatusOK, map[string]string{"now": h.Now().UTC().Format(time.RFC3339Nano)})
}

func (h *Host) postLag(w http.ResponseWriter, r *http.Request) {
	var wish struct {
		DelayMS int64 `json:"delay_ms"`
	}
	if !readWish(w, r, &wish) {
		return
	}
	if wish.DelayMS < 0 {
		answerReason(w, http.StatusBadRequest, errors.New("delay_ms cannot be negative"))
		return
	}
	h.Store.Lag(time.Duration(wish.DelayMS) * time.Millisecond)
	answer(w, http.StatusOK, map[string]int64{"delay_ms": wish.DelayMS})
}

// readWish decodes an admin body strictly, and answers 400 and returns false when that is not possible.
func readWish(w http.ResponseWriter, r *http.Request, wish any) bool {
	err := json.UnmarshalRead(http.MaxBytesReader(w, r.Body, MaxBody), wish, json.RejectUnknownMembers(true))
	if err != nil {
		answerReason(w, http.StatusBadRequest, err)
	}
	return err == nil
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.MarshalWrite(w, v, json.Deterministic(true))
}

func answerReason(w http.ResponseWriter, status int, reason error) {
	answer(w, status, map[string]string{"message": reason.Error()})
}
