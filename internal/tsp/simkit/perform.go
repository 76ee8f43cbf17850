package simkit

import (
	"io"
	"net/http"
	"time"
)

// perform answers a request as the fault says. Cutting a connection is a panic with http.ErrAbortHandler, which
// net/http takes as exactly that and which does not reach the program.
func (h *Host) perform(f Fault, record *request, w http.ResponseWriter, r *http.Request) {
	if f.Kind == FaultLate {
		h.late(f, record, w, r)
		return
	}
	if f.DelayMS > 0 && !h.wait(r, time.Duration(f.DelayMS)*time.Millisecond) {
		panic(http.ErrAbortHandler)
	}
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	switch f.Kind {
	case FaultDelay:
		h.tsp.ServeHTTP(w, r)
	case FaultStatus:
		if f.Body != "" {
			answerText(w, f.Status, f.Body)
			return
		}
		h.tsp.Refuse(w, r, f.Status)
	case FaultThrottle:
		h.tsp.Refuse(w, r, http.StatusTooManyRequests)
	case FaultExpireSession:
		h.tsp.Refuse(w, r, http.StatusUnauthorized)
	case FaultMalformed:
		answerBroken(w, f)
	case FaultApplyThenDrop:
		h.tsp.ServeHTTP(newHeldAnswer(), r)
		panic(http.ErrAbortHandler)
	case FaultHang:
		select {
		case <-r.Context().Done():
		case <-h.done:
		}
		panic(http.ErrAbortHandler)
	default:
		panic(http.ErrAbortHandler)
	}
}

// wait reports whether the time passed before the caller gave up or the simulator closed.
func (h *Host) wait(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-h.done:
	}
	return false
}

func answerBroken(w http.ResponseWriter, f Fault) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(max(f.Status, http.StatusOK))
	if f.Body == "" {
		f.Body = `{"data":{"id":"28147`
	}
	_, _ = io.WriteString(w, f.Body)
}

func answerText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", http.DetectContentType([]byte(text)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
