package tsptest

import (
	"errors"
	"io"
	"net/http"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// foresee has a preview take down a request instead of sending it.
func (l *link) foresee(p *tsp.Preview, r request, out *http.Request) (reply, *tsp.Error) {
	body, _ := io.ReadAll(out.Body)
	l.mu.Lock()
	secrets := append([]string{l.access.Settings.Text("initial_password"), l.access.Credentials.Get("password"), l.current.Get(tsp.AccessToken)}, l.hidden...)
	l.mu.Unlock()
	signs := r.path == "/login"
	planned := tsp.Planned{Purpose: tsp.ForWrite, Reads: r.only() || signs || l.reference.has(previewsWrites),
		Request: tsp.Redaction{Secrets: tsp.SecretsOf(secrets...), SignIn: signs}.Request(out, body)}
	switch {
	case l.reference.has(previewsOtherwise) && !signs:
		other := "another one"
		planned.Request.Body = &other
	case l.reference.has(previewsSecrets):
		planned.Request.Headers["Authorization"] = out.Header.Get("Authorization")
	}
	var foreseen []byte
	if signs {
		planned.Purpose, foreseen = tsp.ForSignIn, []byte(`{"token":"`+tsp.Later("token")+`"}`)
	}
	answer, err := p.Take(planned, foreseen)
	var end *tsp.Error
	errors.As(err, &end)
	return reply{status: http.StatusOK, header: http.Header{}, body: answer}, end
}
