package connection_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/problem"
)

// FuzzBodies has both bodies of connections read: what is wrong with one is the sender's fault and told, and nothing
// that stands under credentials comes back.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{good, good + `,"settings":{}`, good + `,"settings":{"x":[1,{}]}`, `"credentials":null`, `"credentials":{"token":7}`,
		`"credentials":{"token":"hush","token":"hush"}`, good + `,"fleet_ref":"\ud800"`, good + `,"pre_auth_id":"x"`, `"status":"active"`, `"credentials":[`,
		`"credentials":{"api_key":"hush"}`, good + `,"description":null,"status":"hush"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, members string) {
		s := newStand(t)
		one := s.create(good)
		_, created := s.service.Create(t.Context(), s.fleet, body(members))
		_, updated := s.service.Update(t.Context(), s.fleet, one.ID, []byte("{"+members+"}"))
		for what, err := range map[string]error{"creating": created, "updating": updated} {
			var p *problem.Error
			if err != nil && !errors.As(err, &p) {
				t.Errorf("%s with %q is nobody's fault: %v", what, members, err)
			}
		}
		if text := s.log.String(); strings.Contains(members, "hush") && strings.Contains(text, "hush") {
			t.Errorf("%q is logged: %s", members, text)
		}
	})
}
