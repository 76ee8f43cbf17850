package tsptest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// link is the reference adapter's way to its TSP.
type link struct {
	reference *reference
	access    tsp.Access
	client    *http.Client

	mu      sync.Mutex
	current tsp.Credentials
	// hidden are secrets that this link has handed on.
	hidden []string
	// ahead is by how much the TSP's clock is before ours, as its last answer told.
	ahead time.Duration
	// mixed is the vehicle that a flaw lists as a user too.
	mixed resource.SourceID
}

// request is one call.
type request struct {
	method, path string
	body         any
	header       http.Header
	// reads tells that the call changes nothing although it is a POST.
	reads bool
	// looks tells that it looks for an earlier attempt.
	looks bool
	// later tells that the call is not the first one of its write.
	later bool
}

// reply is an answer of 2xx.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func fails(class tsp.Class, message string) *tsp.Error {
	return &tsp.Error{Class: class, Message: message}
}

// send makes one call and, if its session has ended, once more with a new one.
func (l *link) send(ctx context.Context, pace tsp.Pacer, r request) (reply, error) {
	tries := 1
	if l.reference.has(renewsForEver) {
		tries = 4
	}
	session, err := l.login(ctx, pace, "")
	for {
		if err != nil {
			return reply{}, err
		}
		out, failed := l.once(ctx, pace, r, session.Get(tsp.AccessToken))
		if failed == nil {
			return out, nil
		}
		if failed.Class != tsp.Unauthorized || tries == 0 {
			return out, failed
		}
		tries--
		spent := session.Get(tsp.AccessToken)
		if l.reference.has(renewsTheNew) {
			spent = l.token()
		}
		session, err = l.login(ctx, pace, spent)
	}
}

// base is where the TSP answers.
func (l *link) base() string {
	own := l.access.Credentials.Get("url")
	if l.reference.has(believesHosts) {
		own = cmp.Or(own, l.access.Credentials.Get("auth_code"))
	}
	return cmp.Or(l.access.BaseURL, own, l.reference.Spec().BaseURL)
}

// once makes one call and classifies its end.
func (l *link) once(ctx context.Context, pace tsp.Pacer, r request, token string) (reply, *tsp.Error) {
	var body io.Reader = http.NoBody
	if r.body != nil {
		text, err := json.Marshal(r.body, json.Deterministic(true))
		if err != nil {
			return reply{}, fails(tsp.Broken, "the body cannot be encoded")
		}
		body = strings.NewReader(string(text))
	}
	leave, paced := l.pace(ctx, pace, r)
	if paced != nil {
		return reply{}, fails(tsp.Unavailable, "the call was not begun")
	}
	if l.reference.has(crowds) {
		leave()
	} else {
		defer leave()
	}
	if l.reference.has(ignoresCancel) && r.method == http.MethodPost {
		ctx = context.WithoutCancel(ctx)
	}
	out, err := http.NewRequestWithContext(ctx, r.method, l.base()+r.path, body)
	if err != nil {
		return reply{}, fails(tsp.Broken, "the request cannot be made")
	}
	for name, values := range r.header {
		out.Header[name] = values
	}
	out.Header.Set("Content-Type", "application/json")
	if token != "" {
		out.Header.Set("Authorization", "Bearer "+token)
	}
	if p := tsp.PreviewOf(ctx); p != nil && !l.reference.has(ignoresPreview) {
		return l.foresee(p, r, out)
	}
	answer, err := l.client.Do(out)
	if err != nil {
		if l.reference.has(leaksGoroutines) && errors.Is(ctx.Err(), context.Canceled) {
			go func() { <-make(chan int) }()
		}
		if l.reference.has(sureOfLoss) && errors.Is(err, io.EOF) {
			return reply{}, fails(tsp.Unavailable, "the connection was cut")
		}
		return reply{}, fails(l.unsure(r), l.redact("no answer: "+err.Error()))
	}
	defer answer.Body.Close()
	l.readClock(answer)
	return l.judge(r, out, answer)
}

// readClock takes the TSP's clock from an answer.
func (l *link) readClock(answer *http.Response) {
	at, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil || l.reference.has(trustsOwnClock) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead = time.Until(at)
}

// pace waits for the budget of a call and for its room beside others.
func (l *link) pace(ctx context.Context, pace tsp.Pacer, r request) (leave func(), err error) {
	limits := []string{"writes", "session"}
	if r.only() || r.path == "/login" {
		limits = []string{"reads"}
	}
	if r.path == "/users" {
		limits = append(limits, "users")
	}
	if !l.reference.has(impatient) || !r.later {
		if err := pace.Wait(ctx, limits...); err != nil {
			return nil, err
		}
	}
	return pace.Enter(ctx, limits...)
}

// only tells whether a call only reads.
func (r request) only() bool { return r.method == http.MethodGet || r.reads }

// unsure is the class of a call that nobody answered.
func (l *link) unsure(r request) tsp.Class {
	if r.only() && !(r.looks && l.reference.has(doubtsLookUps)) {
		return tsp.Unavailable
	}
	return tsp.Unknown
}

// retryAfter reads a wish to be left alone.
func (l *link) retryAfter(answer *http.Response) time.Duration {
	text := answer.Header.Get("Retry-After")
	if l.reference.has(waitsFor429Alone) && answer.StatusCode != http.StatusTooManyRequests {
		return 0
	}
	if date, err := http.ParseTime(text); err == nil {
		return min(max(time.Until(date), 0), time.Hour)
	}
	if l.reference.has(wholeSeconds) {
		n, _ := strconv.Atoi(text)
		return min(max(time.Duration(n)*time.Second, 0), time.Hour)
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(seconds) || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, 3600)*float64(time.Second)), time.Hour)
}
