package tsp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// asked is what may be seen of a request with a body.
func asked(t *testing.T, r tsp.Redaction, url, kind, body string) tsp.Request {
	t.Helper()
	of, err := http.NewRequestWithContext(t.Context(), "POST", url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	of.Header.Set("Content-Type", kind)
	return r.Request(of, []byte(body))
}

func TestWhatStandsUnderANameThatSpeaksOfASecretIsHidden(t *testing.T) {
	t.Parallel()
	const json, form, text = "application/json", "application/x-www-form-urlencoded", "text/html"
	for _, c := range []struct{ kind, body, want string }{
		{json, `{"name":"a","password":"b c"}`, `{"name":"a","password":"*****"}`},
		{json, `{"a":[{"API-Key":"x"},1.50,null,true]}`, `{"a":[{"API-Key":"*****"},1.50,null,true]}`},
		{json, `{"credentials":{"userName":"u","sessionId":"s"},"b":"c"}`, `{"credentials":"*****","b":"c"}`},
		{json, `{"pass\u0077ord":"b"}`, `{"password":"*****"}`},
		{json, `{"tokens":["a","b"],"pin":1234,"hasPassword":true}`, `{"tokens":"*****","pin":"*****","hasPassword":true}`},
		{json, `{"password":"a","password":"b"}`, `{"password":"*****","password":"*****"}`},
		{json, `{"key":"colour","code":"E7","value":"red"}`, `{"key":"colour","code":"E7","value":"red"}`},
		{json, ` {"ä" : "\u00e4\/" } `, `{"ä":"ä/"}`},
		{form, `grant_type=x&client_secret=y%20z&code=q&a=b`, `grant_type=x&client_secret=*****&code=*****&a=b`},
		{form, `pass%77ord=y&empty=&password=`, `pass%77ord=*****&empty=&password=`},
		{text, `<p>password: "two words", token=abc</p>`, `<p>password: *****, token=*****</p>`},
		{text, `<p>Authorization: Bearer abc.def</p>`, `<p>Authorization: *****</p>`},
		{json, `{"message":"bad: {\"password\":\"b\",\"c\":1}"}`, `{"message":"bad: {\"password\":*****,\"c\":1}"}`},
		{json, `{"message":"the password: must be longer"}`, `{"message":"the password: must be longer"}`},
		{json, `{"a":1,"sessionId":"s","cut`, `{"a":1,"sessionId":*****,"cut`},
		{json, `{"credentials":{"sessionId":"s"},"cut`, `{"credentials":{"sessionId":*****},"cut`},
		{json, `{"token":["abc`, `{"token":[*****`},
	} {
		got := asked(t, tsp.Redaction{}, "https://t.example/a", c.kind, c.body)
		if *got.Body != c.want || got.BodyLength != int64(len(c.body)) || got.BodyCut {
			t.Errorf("%s is shown as %s, of %d bytes, cut %t", c.body, *got.Body, got.BodyLength, got.BodyCut)
		}
		if hidden := strings.Contains(c.want, wire.Mask); got.Redacted != hidden {
			t.Errorf("%s: redacted %t", c.body, got.Redacted)
		}
	}
}

func TestWhatASignInHoldsIsHiddenUnlessItIsKnownToBeNoSecret(t *testing.T) {
	t.Parallel()
	r := tsp.Redaction{SignIn: true}
	for _, c := range []struct{ kind, body, want string }{
		{"application/json", `{"method":"Authenticate","params":{"database":"d","password":"p"},"id":7}`,
			`{"method":"Authenticate","params":{"database":"*****","password":"*****"},"id":7}`},
		{"application/json", `{"error":"invalid_grant","error_description":"spent","x":"y"}`,
			`{"error":"invalid_grant","error_description":"spent","x":"*****"}`},
		{"application/x-www-form-urlencoded", `grant_type=password&username=u&blob=x`,
			`grant_type=password&username=*****&blob=*****`},
		{"text/plain", `the-token-itself`, wire.Mask},
	} {
		got := asked(t, r, "https://t.example/", c.kind, c.body)
		if *got.Body != c.want {
			t.Errorf("%s is shown as %s", c.body, *got.Body)
		}
		if got.BodyLength != int64(len(c.want)) {
			t.Errorf("that %s has %d bytes tells how long its secrets are", c.want, got.BodyLength)
		}
	}
}

func TestAKnownSecretIsHiddenWhereverItStandsAndHoweverItIsSpelled(t *testing.T) {
	t.Parallel()
	const secret = `hush/"key" 7`
	r := tsp.Redaction{Secrets: tsp.SecretsOf(secret)}
	for _, body := range []string{`{"a":"x hush\/\u0022key\u0022 7 y"}`, `plain hush/"key" 7 text`,
		`<i>hush/&quot;key&quot; 7</i>`, `at hush%2F%22key%22%207 or so`, `{"a":"hush\u002f\"key\" 7`,
		`{"a":"{\"b\":\"hush\\u002f\\u0022key\\u0022 7\"}"}`, `{"a":["{\"b\":\"hush/\\\"key\\\" 7\"}"]}`,
		`{"a":"{\"b\":\"hush\\/\\\"key\\\" 7\"}"}`, `{"a":"hush\/\"key\" 7`} {
		got := *asked(t, r, "https://t.example/", "", body).Body
		if strings.Contains(got, "hush") || !strings.Contains(got, wire.Mask) {
			t.Errorf("%s is shown as %s", body, got)
		}
	}
	got := asked(t, r, "https://u:p@t.example/hush%2F%22key%22%207/x?api_key=1&b=hush%2F%22key%22+7", "", "")
	if got.URL != "https://t.example/*****/x?api_key=*****&b=*****" || !got.Redacted || got.Body != nil {
		t.Errorf("the URL is shown as %s", got.URL)
	}
}

func TestHeadersThatSpeakOfASecretAreShownByNameAlone(t *testing.T) {
	t.Parallel()
	header := http.Header{"Set-Cookie": {"a=b", "c=d"}, "Authorization": {"Bearer x"}, "X-Api-Key": {"k"},
		"Idempotency-Key": {"0198"}, "Location": {"https://t.example/?token=abc&x=y"}, "Retry-After": {"1"},
		"Access-Control-Allow-Credentials": {"true"}}
	got := tsp.Redaction{}.Response(200, header, nil)
	for name, want := range map[string]string{"Set-Cookie": wire.Mask, "Authorization": wire.Mask, "X-Api-Key": wire.Mask,
		"Idempotency-Key": "0198", "Location": "https://t.example/?token=*****&x=y", "Retry-After": "1",
		"Access-Control-Allow-Credentials": "true"} {
		if got.Headers[name] != want {
			t.Errorf("%s is shown as %q", name, got.Headers[name])
		}
	}
}

func TestALongBodyIsCutWithoutASecretLeftInHalf(t *testing.T) {
	t.Parallel()
	const secret = "hush-hush-hush-hush"
	r := tsp.Redaction{Secrets: tsp.SecretsOf(secret)}
	for n := 8<<10 - 60; n < 8<<10+40; n++ {
		for _, form := range []string{`%s`, `{"a":"%s"}`, `{"a":["%s"]}`, `{"a":"%s`, `{"%s":1,"b":"c"}`, `{"a":"{\"b\":\"%s\"}"}`} {
			body := strings.ReplaceAll(form, "%s", strings.Repeat("ä", n/2)+strings.Repeat(secret, 200))
			got := asked(t, r, "https://t.example/", "", body)
			if strings.Contains(*got.Body, "hush") || !got.BodyCut || len(*got.Body) > 8<<10 || got.BodyLength != int64(len(body)) {
				t.Fatalf("%s at %d: cut %t, %d bytes: …%s", form, n, got.BodyCut, len(*got.Body), (*got.Body)[max(0, len(*got.Body)-60):])
			}
		}
	}
}
