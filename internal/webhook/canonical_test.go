package webhook_test

import (
	"testing"

	"github.com/waybill-dev/waybill/internal/webhook"
)

func TestURLsThatLeadToOnePlaceAreOneReceiver(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://r.example/In":            "https://r.example/In",
		"HTTPS://R.Example/In":            "https://r.example/In",
		"https://r.example./In":           "https://r.example/In",
		"https://r.example:443/In":        "https://r.example/In",
		"https://r.example.:443/In?A=B":   "https://r.example/In?A=B",
		"https://r.example":               "https://r.example/",
		"https://r.example?A=b":           "https://r.example/?A=b",
		"https://r.example:8443/%7Ea/../": "https://r.example:8443/%7Ea/../",
		"https://[2606:4700::AB]/in":      "https://[2606:4700::ab]/in",
		"https://[2606:4700::ab]:443/in":  "https://[2606:4700::ab]/in",
		"waybill:feed":                    "waybill:feed",
	} {
		d := newDesk(t, `{"event_name":"connection.created","url":"`+given+`"}`)
		if s := d.store.subs[0]; s.URL != want {
			t.Errorf("%s is made as %s, want %s", given, s.URL, want)
		}
		if given == webhook.FeedURL {
			continue
		}
		if s := d.changed(`{"url":"https://other.example/"}`); s.URL != "https://other.example/" {
			t.Fatal(s.URL)
		}
		if s := d.changed(`{"url":"` + given + `"}`); s.URL != want {
			t.Errorf("%s is changed to %s, want %s", given, s.URL, want)
		}
	}
}

func TestAURLThatIsSentAgainInAnotherFormIsNoOtherReceiver(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{"https://R.Example:443/In", "https://r.example/In"} {
		for _, c := range []struct {
			body, leads string
			elsewhere   bool
		}{
			{`{"url":"https://r.example/In"}`, "https://r.example/In", false},
			{`{"url":"https://r.example./In"}`, "https://r.example/In", false},
			{`{"url":"https://r.example/in"}`, "https://r.example/in", true},
			{`{"url":"https://r.example:8443/In"}`, "https://r.example:8443/In", true},
			{`{"encoding":null,"filters":{}}`, stored, false},
		} {
			d := newDesk(t, created)
			d.store.subs[0].URL, d.store.subs[0].Status, d.store.subs[0].Learned = stored, webhook.Stale, webhook.Gzip
			s := d.changed(c.body)
			if s.URL != c.leads || (s.Status == webhook.Active) != c.elsewhere || (s.Learned == "") != c.elsewhere {
				t.Errorf("%s after %s: leads to %s, is %s, has learned %q", c.body, stored, s.URL, s.Status, s.Learned)
			}
		}
	}
}
