package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/problem"
)

// lineAnswer answers one line. Status and Body are those of the write by itself, and what is a header there is a member.
type lineAnswer struct {
	Line       int            `json:"line"`
	Ref        string         `json:"ref,omitzero"`
	Status     int            `json:"status"`
	Replayed   bool           `json:"idempotent_replayed,omitzero"`
	RetryAfter int            `json:"retry_after,omitzero"`
	Body       jsontext.Value `json:"body"`
}

// sum counts what has become of the lines that were answered.
type sum struct {
	// Lines is the number of the last line that was looked at; blank ones count.
	Lines     int `json:"lines"`
	Accepted  int `json:"accepted"`
	Replayed  int `json:"replayed"`
	Previewed int `json:"previewed,omitzero"`
	Refused   int `json:"refused"`
}

// endAnswer is the last line of every answer. One that lacks it was cut off.
type endAnswer struct {
	End string `json:"end"`
	sum
	// Status, RetryAfter and Body say why a batch has ended before its lines did.
	Status     int            `json:"status,omitzero"`
	RetryAfter int            `json:"retry_after,omitzero"`
	Body       jsontext.Value `json:"body,omitzero"`
}

// The ends of a batch.
const (
	complete  = "complete"
	brokenOff = "broken_off"
)

// goneError says that nobody reads the answers of a batch.
type goneError struct{ error }

// Unwrap returns the cause.
func (e *goneError) Unwrap() error { return e.error }

// keptRoom is how much room for answers a batch keeps from one group to the next, which is enough for bodies as most are.
const keptRoom = 256 << 10

// tell answers the lines of a group.
func (b *batch) tell(g *group) error {
	b.out.Reset()
	for _, it := range g.items {
		if err := json.MarshalWrite(&b.out, b.answerTo(it)); err != nil {
			return &goneError{err}
		}
		b.out.WriteByte('\n')
	}
	b.sum.Lines = g.last
	err := b.send(b.out.Bytes())
	if b.out.Cap() > keptRoom {
		b.out = bytes.Buffer{}
	}
	return err
}

// send has lines written now. Whoever does not read them is cut off by the connection.
func (b *batch) send(lines []byte) error {
	if _, err := b.w.Write(lines); err != nil {
		return &goneError{err}
	}
	if err := b.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return &goneError{err}
	}
	return nil
}

// answerTo answers a line and counts it.
func (b *batch) answerTo(it *item) lineAnswer {
	a := lineAnswer{Line: it.n, Ref: it.ref, Status: http.StatusOK}
	switch {
	case it.err != nil:
		p := problem.Of(it.err)
		b.sum.Refused++
		b.refused(b.w, b.r, p, it.err)
		a.Status, a.RetryAfter, a.Body = b.problemOf(it, p)
		return a
	case b.dry:
		b.sum.Previewed++
		// The caller has asked for what the contract lacks.
		a.Status, a.Body = b.encoded(a.Status, it.previewed)
		return a
	case it.Replayed:
		b.sum.Replayed++
	default:
		b.sum.Accepted++
		b.accepted(b.r.Context(), it.Operation)
	}
	a.Replayed = it.Replayed
	a.Status, a.Body = b.shortened(it, statusOf(it.Operation), it.Operation.Answer())
	return a
}

// problemOf is what a line is refused with.
func (b *batch) problemOf(it *item, p *problem.Error) (status, retryAfter int, text jsontext.Value) {
	told := *p
	told.Details = slices.Clone(p.Details)
	for i := range told.Details {
		if told.Details[i].Path == keyHeader {
			told.Details[i].Path = keyMember
		}
	}
	if told.RetryAfter > 0 {
		retryAfter = seconds(&told)
	}
	status, text = b.shortened(it, int(told.Code), body(&told))
	return status, retryAfter, text
}

// shortened is a body as the client of the batch takes it.
func (b *batch) shortened(it *item, status int, v any) (int, jsontext.Value) {
	status, text := b.encoded(status, v)
	if _, strict := b.w.(*strictWriter); strict && it.pattern != "" {
		return b.shorten(&strictWriter{method: it.method(), path: it.pattern}, status, text)
	}
	return status, text
}

// encoded is a body as JSON.
func (b *batch) encoded(status int, v any) (int, jsontext.Value) {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		b.Log.Error("encoding an answer", "error", err)
		return broken()
	}
	return status, text
}

// end writes the last line, and tells whether somebody takes it. err is io.EOF where all lines were taken.
func (b *batch) end(err error) bool {
	last := endAnswer{End: complete, sum: b.sum}
	if !errors.Is(err, io.EOF) {
		p := problem.Of(err)
		b.refused(b.w, b.r, p, err)
		last.End, last.Status = brokenOff, int(p.Code)
		if p.RetryAfter > 0 {
			last.RetryAfter = seconds(p)
		}
		last.Status, last.Body = b.encoded(last.Status, body(p))
	}
	text, err := json.Marshal(last)
	if err == nil {
		err = b.send(append(text, '\n'))
	}
	if err != nil {
		b.Log.Debug("writing the end of a batch", "error", err)
	}
	return err == nil
}
