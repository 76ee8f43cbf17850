package tsptest

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// harmless are members of credentials that the contract masks and that open nothing.
func harmless() []string {
	return []string{"username", "rest_username", "host", "account_id", "company_id"}
}

// fixedSecrets are the secret values that a world begins with.
func (s *suite) fixedSecrets() []string {
	var all []string
	for _, c := range []tsp.Credentials{s.spec.SampleCredentials, s.config.Renewable} {
		for _, f := range tsp.CredentialKindOf(c.Kind).Fields {
			if v := c.Get(f.Name); f.Secret && len(v) >= minSecret && !slices.Contains(harmless(), f.Name) {
				all = append(all, v)
			}
		}
	}
	for _, one := range s.spec.Settings {
		if v := s.config.Settings.Text(one.Key); one.Secret && v != "" {
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}

// secrets are all that a world knows by now: what it began with, what renewals brought, what
// requests carried as proof, and what was derived for passwords.
func (w *world) secrets(asked []string) []string {
	all := append(w.t.suite.fixedSecrets(), w.vault.secrets()...)
	for _, c := range w.front.seen() {
		for name, values := range c.Header {
			if !carriesProof(name) {
				continue
			}
			for _, v := range values {
				_, proof, _ := strings.Cut(v, " ")
				if proof == "" {
					proof = v
				}
				all = append(all, proof)
			}
		}
	}
	for _, label := range asked {
		raw := derived(1, label)
		all = append(all, tsp.Password(raw), hex.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw))
	}
	return slices.DeleteFunc(all, func(v string) bool { return len(v) < minSecret })
}

func carriesProof(header string) bool {
	header = strings.ToLower(header)
	for _, part := range []string{"authorization", "cookie", "token", "api-key", "apikey", "session", "secret"} {
		if strings.Contains(header, part) {
			return true
		}
	}
	return false
}

// spill is every way in which a value could end up in a log.
func spill(v any) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%v\n%+v\n%#v\n", v, v, v)
	if text, err := json.Marshal(v); err == nil {
		out.Write(text)
	}
	err, ok := v.(error)
	for depth := 0; ok && err != nil && depth < 10; depth++ {
		fmt.Fprintf(&out, "\n%v\n%+v\n%#v", err, err, err)
		var e *tsp.Error
		if errors.As(err, &e) {
			fmt.Fprintf(&out, "\n%+v %+v %+v", *e, e.Headers, e.Parts)
		}
		err = errors.Unwrap(err)
	}
	return out.String()
}

// leaks returns where a text holds one of the secrets, "" if nowhere.
func leaks(text string, secrets []string) string {
	for _, secret := range secrets {
		for _, spelt := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			if i := strings.Index(text, spelt); i >= 0 {
				return text[max(0, i-60):i] + "<<<" + spelt + ">>>"
			}
		}
	}
	return ""
}
