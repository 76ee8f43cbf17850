package outbound

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"https://a.example/hooks", "http://a.example", "https://127.0.0.1", "https://[::1]/", "https://0x7f.1/",
		"https://2130706433/", "https://[::ffff:169.254.169.254]", "https://u:p@a.example", "https://a.example:0", "https://LOCALHOST./",
		"https://[fe80::1%25eth0]/", "https://a.example#x", "//a.example", "https:a.example", "https://\x00", "https://[64:ff9b::7f00:1]/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		err := Policy{}.CheckURL(raw)
		var refusal *Refusal
		if err != nil {
			if !errors.As(err, &refusal) || refusal.Reason == "" {
				t.Errorf("%q is refused without a reason: %v", raw, err)
			}
			return
		}
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
			t.Fatalf("%q is taken", raw)
		}
		host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
		if a, err := netip.ParseAddr(host); err == nil && (!a.Unmap().IsGlobalUnicast() || a.Unmap().IsPrivate()) || isLocalName(host) {
			t.Errorf("%q is taken, and leads to %s", raw, host)
		}
	})
}
