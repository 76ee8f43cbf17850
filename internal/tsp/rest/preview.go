package rest

import (
	"net/http"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// foresee has a preview take down a request that is ready to be sent, and answers with what the call foresees.
func (l *line) foresee(p *tsp.Preview, call Call, r *http.Request) (Answer, error) {
	hiding := tsp.Redaction{Secrets: l.hidden().texts, SignIn: l.opens}
	planned := tsp.Planned{Purpose: tsp.ForWrite, Reads: l.reads(call), Request: hiding.Request(r, bodyOf(r))}
	if l.opens {
		planned.Purpose = tsp.ForSignIn
	}
	var body []byte
	if call.Foreseen != nil {
		var err error
		if body, err = json.Marshal(call.Foreseen); err != nil {
			return Answer{}, &tsp.Error{Class: tsp.Broken, Message: "encoding what is foreseen of an answer", Err: err}
		}
	}
	body, err := p.Take(planned, body)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Method: call.Method, Path: call.Path, Base: l.base, Status: http.StatusOK, Headers: http.Header{},
		Body: body, reads: call.reads()}, nil
}
