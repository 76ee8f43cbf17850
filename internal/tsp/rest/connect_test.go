package rest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

func TestAConnectionsOwnURLIsWhereItsRequestsGoOrIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ operator, own, want string }{
		{"", "", "https://api.testland.example/messages"},
		{"", "https://api.eu.testland.example/", "https://api.eu.testland.example/messages"},
		{"", "http://127.0.0.1:9101/base", "http://127.0.0.1:9101/base/messages"},
		{"http://10.0.0.1:1", "", "http://10.0.0.1:1/messages"},
		{"http://10.0.0.1:1", "https://API.testland.example:443/", "http://10.0.0.1:1/messages"},
		{"https://sim.example/base/", "https://sim.example/base", "https://sim.example/base/messages"},
		{"http://10.0.0.1:1", "https://api.eu.testland.example", ""},
		{"http://10.0.0.1:1", "ftp://api.testland.example", ""},
	} {
		var got string
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return nil, errors.New("enough")
		})}
		credentials := credentials()
		credentials.Fields["url"] = c.own
		s, err := rest.New(testland()).Connect(t.Context(), tsp.Access{Credentials: credentials, BaseURL: c.operator, Client: client})
		if c.want == "" {
			if e := wantClass(t, err, tsp.Unauthorized); e.Credential != "url" || strings.Contains(e.Message, "10.0.0.1") {
				t.Errorf("operator %q, connection %q: %+v", c.operator, c.own, e)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _ = s.Write(t.Context(), messageWrite())
		if got != c.want {
			t.Errorf("operator %q, connection %q: %s, want %s", c.operator, c.own, got, c.want)
		}
	}
}

func TestCredentialsThatCannotBeUsedAreRefusedWithoutACall(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string]map[string]string{
		"no token":               {},
		"a line break":           {"token": "a\r\nX-Other: b"},
		"a space":                {"token": "a b"},
		"not ASCII":              {"token": "tökén"},
		"plain http elsewhere":   {"token": token, "url": "http://api.testland.example"},
		"no host":                {"token": token, "url": "https://"},
		"no URL":                 {"token": token, "url": "::"},
		"a secret in the URL":    {"token": token, "url": "https://user:pass@api.testland.example"},
		"a query":                {"token": token, "url": "https://api.testland.example/?x=1"},
		"another scheme":         {"token": token, "url": "file:///etc/passwd"},
		"a name like this host":  {"token": token, "url": "http://localhost.example"},
		"an address beyond this": {"token": token, "url": "http://10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := rest.New(testland()).Connect(t.Context(), tsp.Access{
				Credentials: tsp.Credentials{Kind: "token", Fields: fields}, Client: http.DefaultClient})
			e := wantClass(t, err, tsp.Unauthorized)
			if secret := fields["token"]; secret != "" && strings.Contains(fmt.Sprintf("%v %+v", err, e), secret) {
				t.Errorf("%v tells %q", err, secret)
			}
		})
	}
}
