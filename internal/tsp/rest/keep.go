package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// keeping is one call that is kept of an attempt; nil where nobody asks for it.
type keeping struct {
	in     tsp.Keeping
	line   *line
	began  time.Time
	shown  tsp.Exchange
	hiding tsp.Redaction
}

// kept begins to keep a call with the request as it goes out, signed.
func (l *line) kept(ctx context.Context, call Call, request *http.Request) *keeping {
	in, ok := tsp.KeptOf(ctx)
	if !ok {
		return nil
	}
	k := &keeping{in: in, line: l, began: l.now(), hiding: tsp.Redaction{Secrets: l.hidden().texts, SignIn: l.opens}}
	k.shown = in.Begin(k.began, l.reads(call))
	k.shown.Request = k.hiding.Request(request, bodyOf(request))
	if l.opens {
		k.shown.Purpose = tsp.ForSignIn
	}
	return k
}

// bodyOf is the body of a request that is not sent yet.
func bodyOf(request *http.Request) []byte {
	if request.GetBody == nil {
		return nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil
	}
	defer body.Close()
	text, _ := io.ReadAll(body) // It is in memory.
	return text
}

// lost ends a call that brought no answer that can be read, and returns its error.
func (k *keeping) lost(err error) error {
	if k != nil {
		k.end(nil, err)
	}
	return err
}

// answered ends a call with what was read of its answer; err tells why that was not all.
func (k *keeping) answered(response *http.Response, body []byte, err error) {
	if k != nil {
		k.end(k.hiding.Response(response.StatusCode, response.Header, body), err)
	}
}

func (k *keeping) end(answer *tsp.Response, err error) {
	k.shown.Response = answer
	if err != nil {
		text := k.hiding.Text(whyLost(err))
		k.shown.Error = &text
	}
	k.shown.DurationMS = k.line.now().Sub(k.began).Milliseconds()
	k.in.Add(k.shown)
}

// whyLost says for people why a call has no answer, or not all of one.
func whyLost(err error) string {
	var e *tsp.Error
	if errors.As(err, &e) {
		return e.Message
	}
	if cause := outbound.Cause(err); cause != "" {
		return "the answer broke off: " + cause
	}
	return "the answer broke off"
}
