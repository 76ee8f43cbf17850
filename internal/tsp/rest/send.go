package rest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// maxAnswer bounds what is read of an answer, in bytes, unless the call says otherwise.
const maxAnswer = 1 << 20

// line is a session's way to the TSP.
type line struct {
	client *http.Client
	base   string
	header http.Header
	// keys sign the requests; nil where the adapter or the call itself does.
	keys    *keys
	limits  []Limit
	answers Answers
	// opens tells that the line is asked for tokens or sessions alone, which changes no record.
	opens bool
	// settings are those that paths may name.
	settings tsp.Settings
	secrets  *vault
	// further secrets are those of one write.
	further []string
	now     func() time.Time
}

// reads tells that a call changes no record at the TSP.
func (l *line) reads(call Call) bool { return call.reads() || l.opens }

// hidden lists what must not leave the line.
func (l *line) hidden() secrets { return l.secrets.list(l.further) }

// hiding returns the line for a write with secrets of its own.
func (l *line) hiding(further []string) *line {
	with := *l
	with.further = further
	return &with
}

// with binds the pacer of one piece of work.
func (l *line) with(pace tsp.Pacer) Send {
	return func(ctx context.Context, call Call) (Answer, error) {
		answer, err := l.send(ctx, pace, call)
		return answer, l.clean(err)
	}
}

// send makes a call, and once more with renewed credentials if they are refused and can be.
func (l *line) send(ctx context.Context, pace tsp.Pacer, call Call) (Answer, error) {
	if l.keys == nil {
		return l.once(ctx, pace, call, nil)
	}
	c, err := l.keys.ready(ctx, pace)
	if err != nil {
		return Answer{}, err
	}
	answer, err := l.signed(ctx, pace, call, c)
	var e *tsp.Error
	if !errors.As(err, &e) || e.Class != tsp.Unauthorized || e.Status == 0 || !l.keys.renewable(c) {
		return answer, err
	}
	if c, err = l.keys.renewed(ctx, pace, c); err != nil {
		return Answer{}, err
	}
	return l.signed(ctx, pace, call, c)
}

func (l *line) signed(ctx context.Context, pace tsp.Pacer, call Call, c tsp.Credentials) (Answer, error) {
	return l.once(ctx, pace, call, func(r *http.Request) error { return l.keys.auth.Sign(r, c) })
}

func (l *line) once(ctx context.Context, pace tsp.Pacer, call Call, sign func(*http.Request) error) (Answer, error) {
	var err error
	if call.Path, err = filled(call.Path, l.settings); err != nil {
		return Answer{}, err
	}
	var crossing crossing
	request, err := l.request(crossing.watch(ctx), call)
	if err != nil {
		return Answer{}, &tsp.Error{Class: tsp.Broken, Message: "the request could not be made", Err: err}
	}
	if pace == nil {
		return Answer{}, &tsp.Error{Class: tsp.Broken, Message: "the request was not sent because it has no pacer"}
	}
	leave, err := enter(ctx, pace, charged(l.limits, call.Method, call.Path))
	if err != nil {
		return Answer{}, &tsp.Error{Class: tsp.Unavailable, Message: "the call ended before the request was sent", Err: err}
	}
	defer leave()
	// Not before the wait: a signature may tell the time.
	if sign != nil {
		if err := sign(request); err != nil {
			return Answer{}, err
		}
	}
	if p := tsp.PreviewOf(ctx); p != nil {
		return l.foresee(p, call, request)
	}
	tsp.Calls(ctx, l.reads(call))
	kept := l.kept(ctx, call, request)
	response, err := l.client.Do(request)
	if err != nil {
		return Answer{}, kept.lost(crossing.lost(call.reads(), err))
	}
	defer response.Body.Close()
	return l.judge(call, response, kept)
}

// enter waits until a call may be made and be in flight.
func enter(ctx context.Context, pace tsp.Pacer, limits []string) (leave func(), err error) {
	if err := pace.Wait(ctx, limits...); err != nil {
		return nil, err
	}
	leave, err = pace.Enter(ctx, limits...)
	if err == nil && ctx.Err() != nil {
		leave()
		err = ctx.Err()
	}
	return leave, err
}

// unknownForm is the placeholder that stands in a preview for a whole form.
type unknownForm string

const formType = "application/x-www-form-urlencoded"

func (l *line) request(ctx context.Context, call Call) (*http.Request, error) {
	target := l.base + call.Path
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	var body io.Reader = http.NoBody
	contentType := ""
	switch value := call.Body.(type) {
	case nil:
	case url.Values:
		body, contentType = strings.NewReader(value.Encode()), formType
	case unknownForm:
		body, contentType = strings.NewReader(string(value)), formType
	default:
		text, err := json.Marshal(value, json.Deterministic(true))
		if err != nil {
			return nil, fmt.Errorf("encoding the body: %w", err)
		}
		body, contentType = bytes.NewReader(text), "application/json"
	}
	request, err := http.NewRequestWithContext(ctx, call.Method, target, body)
	if err != nil {
		return nil, err
	}
	request.Header = l.header.Clone()
	maps.Copy(request.Header, call.Header)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return request, nil
}

// crossing watches whether a request may have reached a connection. net/http reports that it
// asks for one, and then that it got one, which comes after the name was resolved, the
// connection made and TLS agreed. Asked and never got is the one certain proof that nothing
// was sent: how much of a request was written is told too late to rely on, and a transport
// that reports nothing proves nothing. heard tells that an answer began.
type crossing struct{ asked, got, heard atomic.Bool }

func (c *crossing) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },

		GotFirstResponseByte: func() { c.heard.Store(true) },
	})
}

// lost is the end of a call that brought no answer that can be read. It tells the cause: whoever has to mend it may
// be the one who chose the address.
func (c *crossing) lost(reads bool, err error) error {
	// The URL around the cause may hold a secret, and the cause would be hidden with it.
	e := &tsp.Error{Class: settled(reads, tsp.Unknown), Message: "the TSP did not answer", Err: outbound.Bare(err)}
	switch {
	case c.heard.Load():
		e.Message = "the TSP answered with what is no HTTP, is cut short or has too long a head"
	case c.asked.Load() && !c.got.Load():
		e.Class, e.Message = tsp.Unavailable, "the TSP could not be reached"
	}
	if cause := outbound.Cause(err); cause != "" {
		e.Message += ": " + cause
	}
	return e
}

// settled makes an unknown end of a call that only reads a certain one: nothing was applied.
// A look-up or import that met it is tried again without using up attempts.
func settled(reads bool, class tsp.Class) tsp.Class {
	if class == tsp.Unknown && reads {
		return tsp.Unavailable
	}
	return class
}

// judge reads and classifies an answer.
func (l *line) judge(call Call, response *http.Response, kept *keeping) (Answer, error) {
	a := Answer{Method: call.Method, Path: call.Path, Base: l.base, reads: call.reads(), Status: response.StatusCode,
		Headers: l.hidden().redactHeaders(response.Header)}
	most := cmp.Or(call.Most, maxAnswer)
	body, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	oversize := int64(len(body)) > most
	a.Body = body[:min(int64(len(body)), most)]
	kept.answered(response, a.Body, err)
	class, _ := l.answers.class(a)
	switch {
	case tsp.ClassOf(a.Status) != tsp.Done && class != tsp.Done:
		// The status line stands whatever became of the body.
		return Answer{}, l.refused(a)
	case err != nil:
		return Answer{}, a.Unconfirmed("the answer broke off", err)
	case oversize:
		return Answer{}, a.tooLong(most)
	case class != tsp.Done:
		return Answer{}, l.refused(a)
	}
	return a, nil
}

func isJSON(text []byte) bool { return jsontext.Value(text).IsValid() }
