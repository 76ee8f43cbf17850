package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

// Every call is served, or said why not; and nothing is said of what is served.
func TestEveryCallOfTheSDKIsServedOrSaidWhyNot(t *testing.T) {
	t.Parallel()
	served, err := servedRoutes()
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	here := 0
	for _, c := range sdkCalls() {
		if slices.Contains(served, unnamed(c.route)) {
			here++
			if unserved[c.route] != "" {
				t.Errorf("%s is served: take it off the list of what is not", c.route)
			}
			continue
		}
		said := excuse(c.route)
		if word, _, _ := strings.Cut(said, ":"); word != "later" && word != "never" {
			t.Errorf("%s is neither served nor said to come later or never", c.route)
		}
		missing[said] = true
	}
	for prefix, said := range unserved {
		if !missing[said] {
			t.Errorf("what is said of %s is said of no call", prefix)
		}
	}
	if here < 45 {
		t.Errorf("only %d calls are served", here)
	}
}

// What the client does not call is Waybill's own, and said so in the page.
func TestEveryRouteBesideTheSDKIsNamedInThePage(t *testing.T) {
	t.Parallel()
	served, err := servedRoutes()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../" + sdkPage)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, c := range sdkCalls() {
		known = append(known, unnamed(c.route))
	}
	for _, route := range served {
		_, path, _ := strings.Cut(route, " ")
		if strings.HasPrefix(path, "/v2/") && !slices.Contains(known, route) && !strings.Contains(unnamed(string(text)), "`"+route+"`") {
			t.Errorf("%s is not told of in %s", route, sdkPage)
		}
	}
}

// begin:transport
type toWaybill struct{ base *url.URL }

func (t toWaybill) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = t.base.Scheme, t.base.Host, ""
	return http.DefaultTransport.RoundTrip(r)
}

// end:transport

func TestTheTransportOfThePageMovesTheClientsTwoHosts(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("sdk_test.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../" + sdkPage)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), "// begin:"+"transport\n")
	code, _, _ := strings.Cut(rest, "\n// end:"+"transport")
	if code == "" || !strings.Contains(string(page), code) {
		t.Errorf("%s shows another transport than\n%s", sdkPage, code)
	}
	var came []string
	waybill := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		came = append(came, r.Host+r.URL.Path)
	}))
	defer waybill.Close()
	base, err := url.Parse(waybill.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: toWaybill{base}}
	for _, to := range []string{"https://auth.catenatelematics.com/realms/catena/token", "https://api.catenatelematics.com/v2/x"} {
		resp, err := client.Get(to)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	if want := []string{base.Host + "/realms/catena/token", base.Host + "/v2/x"}; !slices.Equal(came, want) {
		t.Errorf("%v came, not %v", came, want)
	}
}
