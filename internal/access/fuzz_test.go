package access_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
)

// said is an issuer that answers with what it was given: its discovery document, and its keys.
type said struct{ document, keys []byte }

func (s said) RoundTrip(r *http.Request) (*http.Response, error) {
	body := s.keys
	if strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration") {
		body = s.document
	}
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body))}, nil
}

// FuzzAnswersOfAnIssuer has the discovery document and the keys of an external issuer read, and a token by them: no token that
// none of them has signed counts, and whatever they are, that is told as the token's fault or as the issuer's.
func FuzzAnswersOfAnIssuer(f *testing.F) {
	const issuer, good = "https://issuer.example", `{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example/keys"}`
	const token = "eyJhbGciOiJFZERTQSIsImtpZCI6ImsiLCJ0eXAiOiJhdCtqd3QifQ." +
		"eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoid2F5YmlsbCIsImF6cCI6InRtcyIsImV4cCI6NDA3MDkwODgwMH0.AAAA"
	for _, keys := range []string{`{"keys":[]}`, `{"keys":null}`, `{"keys":[null,7,"x",{}]}`, `{"keys":{}}`, `[]`, ``, `{"keys":[`, "\xff\xfe",
		`{"keys":[{"kty":"oct","k":"AAAA","kid":"k"}]}`, `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA","kid":"k"}]}`,
		`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"k"}]}`,
		`{"keys":[{"kty":"RSA","n":"AQAB","e":"AA","kid":"k"}]}`, `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"k"}]}`,
		`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"k","x5c":["AA"]}]}`} {
		f.Add([]byte(good), []byte(keys), token)
	}
	for _, document := range []string{``, `{}`, `null`, `{"issuer":"https://other.example"}`, `{"issuer":"https://issuer.example"}`,
		`{"issuer":"https://issuer.example","jwks_uri":7}`, `{"issuer":"https://issuer.example","jwks_uri":"://"}`,
		`{"issuer":"https://issuer.example","jwks_uri":"https://issuer.example/keys","id_token_signing_alg_values_supported":["none"]}`} {
		f.Add([]byte(document), []byte(`{"keys":[]}`), token)
	}
	f.Add([]byte(good), []byte(`{"keys":[]}`), "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0.")
	f.Fuzz(func(t *testing.T, document, keys []byte, raw string) {
		e := access.NewExternal(access.ExternalConfig{Issuer: issuer, Audience: "waybill", Log: slog.New(slog.DiscardHandler),
			HTTP: &http.Client{Transport: said{document, keys}}, Now: (&clock{}).now,
			Claims: access.ClaimNames{Client: []string{"azp"}}})
		who, err := e.Verify(t.Context(), raw)
		var away *problem.Error
		if err == nil || !errors.Is(err, access.ErrInvalidToken) && (!errors.As(err, &away) || away.Code != problem.Unavailable) {
			t.Errorf("document %q, keys %q: %+v, %v", document, keys, who, err)
		}
	})
}
