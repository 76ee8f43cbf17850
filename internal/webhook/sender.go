package webhook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/outbound"
)

// DefaultTimeout is the contract's bound of one request. It covers everything from the name's
// resolution to the answer's headers and body.
const DefaultTimeout = 3 * time.Second

// maxAnswer is how much of an answer's body is read, and dropped, so that its connection can
// be used again. The connection of a longer answer is closed.
const maxAnswer = 64 << 10

// Sender makes single attempts to deliver. It keeps no state between them and may be used by
// many lanes at once.
type Sender struct {
	// Strict leaves out of an event's data what the contract lacks, for subscriptions that are strict.
	Strict  Shorten
	client  *http.Client
	timeout time.Duration
	now     func() time.Time
	gzip    compressor
}

// NewSender returns a sender that uses one of outbound's clients for receivers, which keeps to
// the address policy and follows no redirect. The client's timeout bounds a request in all;
// DefaultTimeout if it has none.
func NewSender(client *http.Client, now func() time.Time) *Sender {
	timeout := client.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	// Each request has a bound of its own, under which its error tells how far it came.
	unbounded := *client
	unbounded.Timeout = 0
	return &Sender{client: &unbounded, timeout: timeout, now: now}
}

// Send makes one attempt and judges its outcome: one POST, or a second without compression where
// that may be what the receiver stumbled over. Each ends within the timeout. An error of it is told
// in the Result, so that every attempt leaves a log entry.
func (s *Sender) Send(ctx context.Context, d Delivery) Result {
	encoding := d.Subscription.encoding()
	r := s.request(ctx, d, encoding)
	if d.Subscription.unread(encoding, r.StatusCode) {
		r = s.request(ctx, d, Identity)
	}
	return r
}

// request makes one POST.
func (s *Sender) request(ctx context.Context, d Delivery, encoding Encoding) Result {
	began := s.now()
	bounded, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	var connected, heard atomic.Bool
	bounded = httptrace.WithClientTrace(bounded, &httptrace.ClientTrace{
		GotConn:              func(httptrace.GotConnInfo) { connected.Store(true) },
		GotFirstResponseByte: func() { heard.Store(true) },
	})
	answer, signed, err := s.post(bounded, d, encoding)
	r := Result{URL: d.Subscription.URL, Signed: signed}
	if err != nil {
		r.Verdict, r.Duration, r.Cause = Retry, s.now().Sub(began), outbound.Bare(err)
		// The outer context, and not the bounded one: a receiver that is slow is to be tried
		// again, our own stop is nobody's fault.
		if ctx.Err() != nil {
			r.Verdict = Interrupted
		}
		r.Err = explain(err, s.timeout, heard.Load())
		if theirs(err) {
			r.Attempt = d.Attempt
		} else {
			r.Unsent = !connected.Load()
		}
		return r
	}
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer) // the status alone decides
	_ = answer.Body.Close()
	now := s.now()
	r = judge(d.Subscription, answer, now)
	r.URL, r.Attempt, r.Signed, r.Duration = d.Subscription.URL, d.Attempt, signed, now.Sub(began)
	r.Learned = learned(encoding, r.StatusCode)
	return r
}

// post also tells what it signed, whatever became of the request.
func (s *Sender) post(ctx context.Context, d Delivery, encoding Encoding) (_ *http.Response, signed Signed, err error) {
	body, err := bodyOf(d, s.Strict)
	if err != nil {
		return nil, signed, err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return nil, signed, fmt.Errorf("making a request id: %w", err)
	}
	sent := body
	if encoding == Gzip {
		if sent, err = s.gzip.compress(body); err != nil {
			return nil, signed, fmt.Errorf("compressing the envelope: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Subscription.URL, bytes.NewReader(sent))
	if err != nil {
		return nil, signed, fmt.Errorf("making the request: %w", err)
	}
	// Receivers compare the time of signing with their clock.
	signed = signedOf(body, s.now())
	req.Header = headers(d, body, signed.At, id)
	if encoding == Gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	answer, err := s.client.Do(req)
	return answer, signed, err
}
