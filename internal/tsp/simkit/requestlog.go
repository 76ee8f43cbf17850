package simkit

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// The record of requests keeps the newest ones within both bounds; bodies count for the second.
const (
	maxRequests     = 100_000
	maxRequestBytes = 64 << 20
)

// request is one recorded request, with its secrets still in it.
type request struct {
	seq         int64
	at          time.Time
	method      string
	path        string
	query       string
	contentType string
	body        []byte
	status      int
	fault       FaultKind
	// appliedAt and appliedStatus tell of a request that was applied late, once it was.
	appliedAt     time.Time
	appliedStatus int
}

// requestLog is the bounded record of the requests of the TSP side, in order of arrival.
type requestLog struct {
	mu      sync.Mutex
	lastSeq int64
	bytes   int
	kept    []*request
}

func (l *requestLog) begin(now time.Time, r *http.Request) *request {
	body, _ := Body(r)
	record := &request{
		at: now, method: r.Method, path: r.URL.Path, query: r.URL.RawQuery,
		contentType: r.Header.Get("Content-Type"), body: body,
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastSeq++
	record.seq = l.lastSeq
	l.kept = append(l.kept, record)
	l.bytes += len(body)
	for len(l.kept) > maxRequests || l.bytes > maxRequestBytes {
		l.bytes -= len(l.kept[0].body)
		l.kept[0] = nil
		l.kept = l.kept[1:]
	}
	return record
}

func (l *requestLog) end(record *request, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record.status = status
}

func (l *requestLog) spoil(record *request, kind FaultKind) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record.fault = kind
}

func (l *requestLog) apply(record *request, at time.Time, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record.appliedAt, record.appliedStatus = at, status
}

func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept, l.bytes, l.lastSeq = nil, 0, 0
}

// list returns copies of the matching requests, newest last.
func (l *requestLog) list(match Match) []request {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]request, 0, len(l.kept))
	for _, r := range l.kept {
		if (match.Method == "" || strings.EqualFold(match.Method, r.method)) && strings.HasPrefix(r.path, match.PathPrefix) {
			out = append(out, *r)
		}
	}
	return out
}

// show is the request as the admin side tells it, secrets redacted.
func (r request) show() Object {
	o := Object{
		"seq": r.seq, "time": r.at.UTC().Format(time.RFC3339Nano), "method": r.method, "path": r.path,
		"query": redactForm(r.query), "body": redactBody(r.contentType, r.body), "status": int64(r.status),
	}
	if r.fault != "" {
		o["fault"] = string(r.fault)
	}
	if !r.appliedAt.IsZero() {
		o["applied_at"], o["applied_status"] = r.appliedAt.UTC().Format(time.RFC3339Nano), int64(r.appliedStatus)
	}
	return o
}
