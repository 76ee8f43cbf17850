package simkit

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
)

// FaultKind names one way to misbehave.
type FaultKind string

// The kinds of faults. Every kind may also carry delay_ms, which passes first and ends when the caller goes; that of
// FaultLate does not.
const (
	FaultStatus        FaultKind = "status"          // answer Status in the TSP's words, apply nothing
	FaultDelay         FaultKind = "delay"           // wait, then answer as usual
	FaultHang          FaultKind = "hang"            // apply nothing and never answer
	FaultDrop          FaultKind = "drop"            // apply nothing and cut the connection
	FaultApplyThenDrop FaultKind = "apply_then_drop" // apply, then cut the connection without an answer
	FaultMalformed     FaultKind = "malformed"       // apply nothing and answer broken JSON with Status, else 200
	FaultThrottle      FaultKind = "throttle"        // answer 429 in the TSP's words, apply nothing
	FaultExpireSession FaultKind = "expire_session"  // end all sessions and refuse this request with 401
	// FaultLate applies the request delay_ms after it came, whether the caller is still there or not, and then answers
	// whoever is. With Status it answers that at once, with Cut it cuts the connection at once, and applies it later all
	// the same.
	FaultLate FaultKind = "late"
)

// Fault is one misbehaviour that the next matching requests meet. The oldest matching fault wins.
type Fault struct {
	ID    int64     `json:"id,omitzero"`
	Match Match     `json:"match"`
	Kind  FaultKind `json:"fault"`
	// Status is required for FaultStatus and optional for FaultMalformed and FaultLate.
	Status int `json:"status,omitzero"`
	// Cut is for FaultLate alone.
	Cut bool `json:"cut,omitzero"`
	// RetryAfter is sent as it stands in the Retry-After header of FaultStatus and FaultThrottle.
	RetryAfter string `json:"retry_after,omitzero"`
	DelayMS    int64  `json:"delay_ms,omitzero"`
	// Times is how many requests still meet the fault; 0 at the start means until it is cleared.
	Times int `json:"times,omitzero"`
	// Body replaces the usual body of FaultStatus and FaultMalformed.
	Body string `json:"body,omitzero"`
}

// Match selects requests; an empty member matches all.
type Match struct {
	Method     string `json:"method,omitzero"`
	PathPrefix string `json:"path_prefix,omitzero"`
	// Body is a part of the body, byte for byte. It tells calls apart that share one path, as those of JSON-RPC do.
	Body string `json:"body,omitzero"`
}

func (m Match) covers(r *http.Request) bool {
	if m.Method != "" && !strings.EqualFold(m.Method, r.Method) || !strings.HasPrefix(r.URL.Path, m.PathPrefix) {
		return false
	}
	body, _ := Body(r)
	return bytes.Contains(body, []byte(m.Body))
}

// parseFault reads and checks a fault as the admin side takes it.
func parseFault(data []byte) (Fault, error) {
	var f Fault
	if err := json.Unmarshal(data, &f, json.RejectUnknownMembers(true)); err != nil {
		return f, err
	}
	return f, f.check()
}

func (f Fault) check() error {
	writesBody := f.Kind == FaultStatus || f.Kind == FaultMalformed
	usesStatus := writesBody || f.Kind == FaultLate
	switch {
	case !slices.Contains([]FaultKind{FaultStatus, FaultDelay, FaultHang, FaultDrop, FaultApplyThenDrop, FaultMalformed,
		FaultThrottle, FaultExpireSession, FaultLate}, f.Kind):
		return fmt.Errorf("unknown fault %q", f.Kind)
	case f.ID != 0:
		return fmt.Errorf("id is given by the simulator")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is not between 200 and 599", f.Status)
	case f.Kind == FaultStatus && f.Status == 0:
		return fmt.Errorf("the fault status needs a status")
	case f.Status != 0 && !usesStatus && !(f.Kind == FaultThrottle && f.Status == http.StatusTooManyRequests):
		return fmt.Errorf("the fault %s takes no status", f.Kind)
	case f.Cut && (f.Kind != FaultLate || f.Status != 0):
		return fmt.Errorf("cut is for the fault late without a status")
	case f.Body != "" && !writesBody:
		return fmt.Errorf("the fault %s takes no body", f.Kind)
	case f.RetryAfter != "" && f.Kind != FaultStatus && f.Kind != FaultThrottle:
		return fmt.Errorf("the fault %s takes no retry_after", f.Kind)
	case f.DelayMS < 0 || f.Times < 0:
		return fmt.Errorf("delay_ms and times cannot be negative")
	case (f.Kind == FaultDelay || f.Kind == FaultLate) && f.DelayMS == 0:
		return fmt.Errorf("the fault %s needs delay_ms", f.Kind)
	}
	return nil
}

// faultList holds the active faults, oldest first.
type faultList struct {
	mu     sync.Mutex
	lastID int64
	active []*Fault
}

func (l *faultList) add(f Fault) Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastID++
	f.ID = l.lastID
	held := f
	l.active = append(l.active, &held)
	return f
}

func (l *faultList) list() []Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Fault, 0, len(l.active))
	for _, f := range l.active {
		out = append(out, *f)
	}
	return out
}

func (l *faultList) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = nil
}

// take returns the fault that this request meets and counts it. A request without credentials meets no
// FaultExpireSession, so that a token refresh is not mistaken for an expired session.
func (l *faultList) take(r *http.Request, expire func(*http.Request) bool) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.active {
		if !f.Match.covers(r) || (f.Kind == FaultExpireSession && !expire(r)) {
			continue
		}
		met := *f
		if f.Times == 1 {
			l.active = slices.Delete(l.active, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return met, true
	}
	return Fault{}, false
}
