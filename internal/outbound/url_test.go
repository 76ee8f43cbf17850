package outbound

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestURLsOfReceiversAreCheckedStrictlyInProduction(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, url, want string }{ // want is part of the refusal, "" for none
		{"an ordinary https URL passes", "https://hooks.example.com/a?b=c", ""},
		{"a high port passes", "https://hooks.example.com:8443/a", ""},
		{"a public literal address passes", "https://8.8.8.8/a", ""},
		{"a public IPv6 literal passes", "https://[2606:4700::1111]/a", ""},
		{"a public IPv4 address in IPv6 form passes", "https://[::ffff:8.8.8.8]/a", ""},
		{"http is refused", "http://hooks.example.com/a", "must use https"},
		{"another scheme is refused", "ftp://hooks.example.com/a", "must begin with https://"},
		{"a URL without a scheme is refused", "hooks.example.com/a", "must begin with https://"},
		{"a URL without a host is refused", "https:///a", "names no host"},
		{"an opaque URL is refused", "https:hooks", "names no host"},
		{"a broken URL is refused", "https://[::1", "is not a URL"},
		{"a control character is refused", "https://a.example/\x00", "is not a URL"},
		{"a user name is refused", "https://me:secret@a.example/", "user name or password"},
		{"a fragment is refused", "https://a.example/#x", "fragment"},
		{"port 0 is refused", "https://a.example:0/", "not a port"},
		{"a port beyond 65535 is refused", "https://a.example:65536/", "not a port"},
		{"a well-known port of a literal is refused", "https://8.8.8.8:25/", "port 25"},
		{"a private address is refused", "https://10.1.2.3/a", "10.1.2.3, which is private"},
		{"loopback is refused", "https://127.0.0.1/a", "is private, reserved or on this machine"},
		{"IPv6 loopback is refused", "https://[::1]/a", "is private, reserved or on this machine"},
		{"an IPv4 address in IPv6 form is refused", "https://[::ffff:10.1.2.3]/a", "is private"},
		{"link-local with a zone is refused", "https://[fe80::1%25eth0]/a", "is private"},
		{"the metadata address is refused", "https://169.254.169.254/latest", "is private"},
		{"the metadata address of IPv6 is refused", "https://[fd00:ec2::254]/", "is private"},
		{"Azure's wire server is refused", "https://168.63.129.16/", "is private"},
		{"localhost is refused", "https://localhost/a", "localhost, which is on this machine"},
		{"localhost with a dot and capitals is refused", "https://LocalHost./a", "is on this machine"},
		{"a name below localhost is refused", "https://a.localhost/", "is on this machine"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkRefusal(t, Policy{}.CheckURL(tt.url), tt.want)
		})
	}
}

func TestAPolicyMayAllowMore(t *testing.T) {
	t.Parallel()
	onPremises := Policy{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/64")}}
	dev := Policy{AllowLoopback: true, AllowHTTP: true}
	tests := []struct {
		name   string
		policy Policy
		url    string
		want   string
	}{
		{"the unspecified address is refused", dev, "https://0.0.0.0/", "is private"},
		{"an allowed network passes on any port", onPremises, "https://10.1.2.3:25/a", ""},
		{"an allowed network passes with http", onPremises, "http://10.1.2.3:8080/a", ""},
		{"an allowed IPv6 network passes with http", onPremises, "http://[fd00:1::7]/a", ""},
		{"a neighbour of an allowed network is refused", onPremises, "https://10.2.0.1/a", "10.2.0.1, which is private"},
		{"http to a name is refused although its address may be allowed", onPremises, "http://intranet/a", "must use https"},
		{"dev mode takes loopback with http", dev, "http://127.0.0.1:9100/a", ""},
		{"dev mode takes localhost with http", dev, "http://localhost:9100/a", ""},
		{"dev mode takes IPv6 loopback with http", dev, "http://[::1]:9100/a", ""},
		{"dev mode takes no http elsewhere", dev, "http://hooks.example.com/a", "must use https"},
		{"dev mode takes no private address", dev, "https://192.168.0.1/a", "is private"},
		{"loopback alone does not mean http", Policy{AllowLoopback: true}, "http://127.0.0.1/a", "must use https"},
		{"http alone does not mean loopback", Policy{AllowHTTP: true}, "http://127.0.0.1/a", "must use https"},
		{"an operator may list loopback", Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, "http://127.0.0.1:1/", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkRefusal(t, tt.policy.CheckURL(tt.url), tt.want)
		})
	}
}

func checkRefusal(t *testing.T, err error, want string) {
	t.Helper()
	var refusal *Refusal
	switch {
	case want == "" && err != nil:
		t.Errorf("refused: %v", err)
	case want != "" && err == nil:
		t.Errorf("passed, want a refusal with %q", want)
	case want != "" && (!errors.As(err, &refusal) || !strings.Contains(err.Error(), want)):
		t.Errorf("got %T %q, want a refusal with %q", err, err, want)
	}
}

func TestARefusalNeverRepeatsAPassword(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"https://me:hunter2@a.example/", "https://me:hunter2@[::1"} {
		if err := (Policy{}).CheckURL(raw); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", raw, err)
		}
	}
}
