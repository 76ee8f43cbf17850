package webhook_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waybill-dev/waybill/internal/problem"
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
		{"null lists are fine", `{` + url + `,` + name + `,"filters":{"fleet_ids":null,"fleet_refs":null}}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := newService(&memory{}).Create(t.Context(), acme, []byte(tt.body))
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
	_, err := newService(&memory{}).Create(t.Context(), acme, []byte(wildcard("resource_operation.success")))
	if got := problem.Of(err).Details[0].Message; !strings.Contains(got, "resource_operation.succeeded") {
		t.Error(got)
	}
}

func TestASecretIsNeverRepeated(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"secret":{"hunter2":1}}`, `{"secret":"hunter2","secret":"hunter2"}`, `{"Secret":"hunter2"}`, `{"secret":"hunter2`, `["hunter2"]`,
	} {
		_, err := newService(&memory{}).Create(t.Context(), acme, []byte(body))
		for _, d := range problem.Of(err).Details {
			if strings.Contains(d.Input+d.Message, "hunter2") {
				t.Errorf("%s: %+v", body, d)
			}
		}
	}
}

func TestWhatWasSentIsRepeatedInPart(t *testing.T) {
	t.Parallel()
	_, err := newService(&memory{}).Create(t.Context(), acme, []byte(wildcard(strings.Repeat("é", 300))))
	if got := problem.Of(err).Details[0].Input; got != strings.Repeat("é", 200)+"…" {
		t.Errorf("%d bytes: %s", len(got), got)
	}
}

func TestABodyThatIsWrongAThousandTimesGetsABoundedAnswer(t *testing.T) {
	t.Parallel()
	body := `{"filters":{"fleet_ids":[` + strings.Repeat("0,", 5000) + `0]}}`
	_, err := newService(&memory{}).Create(t.Context(), acme, []byte(body))
	if n := len(problem.Of(err).Details); n != 100 {
		t.Errorf("%d details", n)
	}
}

func FuzzCreateNeverPanicsAndNeverAcceptsAForeignName(f *testing.F) {
	f.Add([]byte(created))
	f.Add([]byte(`{"url":"https://a.example","event_name":"webhook.*","filters":{"fleet_ids":[null],"fleet_refs":["a"]},"secret":null}`))
	f.Add([]byte(`{"a":1,"a":{"b":1,"b":2}} x`))
	f.Fuzz(func(t *testing.T, body []byte) {
		made, err := newService(&memory{}).Create(t.Context(), acme, body)
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
