package webhook_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/problem"

	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestWhatIsWrongWithABodyIsToldAtOnce(t *testing.T) {
	t.Parallel()
	const url, name = `"url":"https://a.example/x"`, `"event_name":"webhook.created"`
	tests := []struct {
		name string
		body string
		want []string // "path code"
	}{
		{"an empty body", ``, []string{" json_invalid"}},
		{"a broken body", `{"url":`, []string{"url json_invalid"}},
		{"text behind the object", `{} {}`, []string{" json_invalid"}},
		{"bad UTF-8", "{\"url\":\"\xff\"}", []string{"url json_invalid"}},
		{"a list", `[]`, []string{" model_type"}},
		{"null", `null`, []string{" model_type"}},
		{"an empty object", `{}`, []string{"url missing", "event_name missing"}},
		{"nulls", `{"url":null,"event_name":null,"filters":null,"secret":null}`, []string{"url null_forbidden", "event_name null_forbidden"}},
		{"wrong types", `{"url":1,"event_name":[],"filters":[],"secret":{}}`,
			[]string{"url string_type", "event_name string_type", "filters model_type", "secret string_type"}},
		{"an unknown field", `{` + url + `,` + name + `,"evnt":1}`, []string{"evnt extra_forbidden"}},
		{"a field that comes twice", `{` + url + `,` + name + `,` + url + `}`, []string{"url json_invalid"}},
		{"an empty URL", `{"url":"",` + name + `}`, []string{"url string_too_short"}},
		{"a URL of 2084 characters", `{"url":"https://a.example/` + strings.Repeat("x", 2066) + `",` + name + `}`, []string{"url string_too_long"}},
		{"a URL of 2083 characters is fine", `{"url":"https://a.example/` + strings.Repeat("x", 2065) + `",` + name + `}`, nil},
		{"a private URL", `{"url":"https://10.0.0.1/",` + name + `}`, []string{"url url_not_allowed"}},
		{"an unknown event", `{` + url + `,"event_name":"resource_operation.success"}`, []string{"event_name enum"}},
		{"an unknown wildcard", `{` + url + `,"event_name":"tsp.*"}`, []string{"event_name enum"}},
		{"the bare wildcard", `{` + url + `,"event_name":".*"}`, []string{"event_name enum"}},
		{"a NUL character", `{"url":"https://a.example/\u0000",` + name + `}`, []string{"url string_unicode"}},
		{"an empty secret", `{` + url + `,` + name + `,"secret":""}`, []string{"secret string_too_short"}},
		{"a secret of one character is fine", `{` + url + `,` + name + `,"secret":"x"}`, nil},
		{"filters with everything wrong", `{` + url + `,` + name + `,"filters":{"fleet_ids":["x",7,null],"fleet_refs":"a","fleets":[]}}`,
			[]string{"filters.fleet_ids[0] uuid_parsing", "filters.fleet_ids[1] uuid_parsing", "filters.fleet_ids[2] uuid_parsing",
				"filters.fleet_refs list_type", "filters.fleets extra_forbidden"}},
		{"a filter that comes twice", `{` + url + `,` + name + `,"filters":{"fleet_refs":[],"fleet_refs":[]}}`,
			[]string{"filters.fleet_refs json_invalid"}},
		{"a UUID in another spelling", `{` + url + `,` + name + `,"filters":{"fleet_ids":["{019bc0a2-0000-7000-8000-0000000000ff}"]}}`,
			[]string{"filters.fleet_ids[0] uuid_parsing"}},
		{"a secret of 257 characters", `{` + url + `,` + name + `,"secret":"` + strings.Repeat("é", 257) + `"}`,
			[]string{"secret string_too_long"}},
		{"a secret of 256 characters is fine", `{` + url + `,` + name + `,"secret":"` + strings.Repeat("é", 256) + `"}`, nil},
		{"more than 100 fleets", `{` + url + `,` + name + `,"filters":{"fleet_refs":[` + refs(101) + `]}}`,
			[]string{"filters.fleet_refs too_long"}},
		{"100 fleets are fine", `{` + url + `,` + name + `,"filters":{"fleet_refs":[` + refs(100) + `]}}`, nil},
		{"a fleet twice", `{` + url + `,` + name + `,"filters":{"fleet_refs":["a","b","a"],"fleet_ids":["` + acme.String() + `","` +
			strings.ToUpper(acme.String()) + `"]}}`, []string{"filters.fleet_refs[2] repeated", "filters.fleet_ids[1] repeated"}},
		{"a reference longer than any", `{` + url + `,` + name + `,"filters":{"fleet_refs":["` + strings.Repeat("r", 501) + `"]}}`,
			[]string{"filters.fleet_refs[0] string_too_long"}},
		{"a reference that is none", `{` + url + `,` + name + `,"filters":{"fleet_refs":["a",""]}}`,
			[]string{"filters.fleet_refs[1] string_too_short"}},
		{"null lists are fine", `{` + url + `,` + name + `,"filters":{"fleet_ids":null,"fleet_refs":null}}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := newService(&memory{}).Create(t.Context(), webhook.Maker{Partner: acme}, []byte(tt.body))
			var got []string
			if err != nil {
				got = codes(t, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// codes returns path and code of each detail, whose message must go on behind the path.
func codes(t *testing.T, err error) []string {
	t.Helper()
	checkCode(t, err, problem.Invalid)
	var all []string
	for _, d := range problem.Of(err).Details {
		all = append(all, d.Path+" "+d.Code)
		if strings.HasSuffix(d.Message, ".") || strings.ToLower(d.Message[:1]) != d.Message[:1] {
			t.Errorf("%q does not go on behind the path", d.Message)
		}
	}
	return all
}

func TestAnUnknownEventNamesTheOnesNearIt(t *testing.T) {
	t.Parallel()
	_, err := newService(&memory{}).Create(t.Context(), webhook.Maker{Partner: acme}, []byte(wildcard("resource_operation.success")))
	if got := problem.Of(err).Details[0].Message; !strings.Contains(got, "resource_operation.succeeded") {
		t.Error(got)
	}
}

func TestASecretIsNeverRepeated(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"secret":{"hunter2":1}}`, `{"secret":"hunter2","secret":"hunter2"}`, `{"Secret":"hunter2"}`, `{"secret":"hunter2`, `["hunter2"]`,
	} {
		_, err := newService(&memory{}).Create(t.Context(), webhook.Maker{Partner: acme}, []byte(body))
		for _, d := range problem.Of(err).Details {
			if strings.Contains(d.Input+d.Message, "hunter2") {
				t.Errorf("%s: %+v", body, d)
			}
		}
	}
}

func TestWhatWasSentIsRepeatedInPart(t *testing.T) {
	t.Parallel()
	_, err := newService(&memory{}).Create(t.Context(), webhook.Maker{Partner: acme}, []byte(wildcard(strings.Repeat("é", 300))))
	if got := problem.Of(err).Details[0].Input; got != strings.Repeat("é", 200)+"…" {
		t.Errorf("%d bytes: %s", len(got), got)
	}
}

func TestABodyThatIsWrongAThousandTimesGetsABoundedAnswer(t *testing.T) {
	t.Parallel()
	var strange strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&strange, `"strange%d":1,`, i)
	}
	body := `{"filters":{` + strange.String() + `"fleet_ids":[` + strings.Repeat("0,", 99) + `0]}}`
	_, err := newService(&memory{}).Create(t.Context(), webhook.Maker{Partner: acme}, []byte(body))
	told := problem.Of(err).Details
	// Of the whole body, its two required members are missing as well.
	if n := len(told); n != 101 || told[100].Message != "and 5002 more problems" {
		t.Errorf("%d details, and at last %+v", n, told[n-1])
	}
}

// refs is as many references of fleets in JSON.
func refs(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%q", fmt.Sprint("fleet ", i))
	}
	return strings.Join(all, ",")
}

func FuzzCreateNeverPanicsAndNeverAcceptsAForeignName(f *testing.F) {
	f.Add([]byte(created))
	f.Add([]byte(`{"url":"https://a.example","event_name":"webhook.*","filters":{"fleet_ids":[null],"fleet_refs":["a"]},"secret":null}`))
	f.Add([]byte(`{"a":1,"a":{"b":1,"b":2}} x`))
	f.Fuzz(func(t *testing.T, body []byte) {
		made, err := newService(&memory{}).Create(t.Context(), webhook.Maker{Partner: acme}, body)
		if err != nil {
			if p := problem.Of(err); p.Code != problem.Invalid || len(p.Details) == 0 {
				t.Fatalf("got %v", err)
			}
			return
		}
		if len(made.Subscriptions) == 0 {
			t.Fatal("nothing was made")
		}
		for _, s := range made.Subscriptions {
			if s.Secret == "" || len(s.URL) == 0 || strings.HasSuffix(s.EventName, "*") {
				t.Fatalf("made %+v", s)
			}
		}
	})
}
