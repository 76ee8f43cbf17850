package webhook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/outbound"
)

// DefaultTimeout is the contract's bound of one attempt. It covers everything from the name's
// resolution to the answer's headers and body.
const DefaultTimeout = 3 * time.Second

// maxAnswer is how much of an answer's body is read, and dropped, so that its connection can
// be used again. The connection of a longer answer is closed.
const maxAnswer = 64 << 10

// Sender makes single attempts to deliver. It keeps no state between them and may be used by
// many lanes at once.
type Sender struct {
	client  *http.Client
	timeout time.Duration
	now     func() time.Time
	gzip    compressor
}

// NewSender returns a sender that uses one of outbound's clients for receivers, which keeps to
// the address policy and follows no redirect. The client's timeout bounds an attempt in all;
// DefaultTimeout if it has none.
func NewSender(client *http.Client, now func() time.Time) *Sender {
	timeout := client.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	return &Sender{client: client, timeout: timeout, now: now}
}

// Send makes one POST and judges its outcome. It returns within the timeout, whatever the receiver
// does. An error of it is told in the Result, so that every attempt leaves a log entry.
func (s *Sender) Send(ctx context.Context, d Delivery) Result {
	began := s.now()
	bounded, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	answer, err := s.post(bounded, d, began)
	if err != nil {
		r := Result{Verdict: Retry, Duration: s.now().Sub(began), Cause: outbound.Bare(err)}
		// The outer context, and not the bounded one: a receiver that is slow is to be tried
		// again, our own stop is nobody's fault.
		if ctx.Err() != nil {
			r.Verdict = Interrupted
		}
		r.Err = explain(err, s.timeout)
		return r
	}
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer) // the status alone decides
	_ = answer.Body.Close()
	now := s.now()
	r := judge(answer, now)
	r.Duration = now.Sub(began)
	return r
}

// The body is made anew for each attempt, because it holds the attempt's number. now is when it is
// signed, which receivers compare with their clock.
func (s *Sender) post(ctx context.Context, d Delivery, now time.Time) (*http.Response, error) {
	body, err := Envelope(d)
	if err != nil {
		return nil, err
	}
	request, err := uuid.NewRandom()
	if err != nil {
		return nil, fmt.Errorf("making a request id: %w", err)
	}
	packed, err := s.gzip.compress(body)
	if err != nil {
		return nil, fmt.Errorf("compressing the envelope: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Subscription.URL, bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	req.Header = headers(d, body, now, request)
	return s.client.Do(req)
}
