package api_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/resource"
)

// submitted is what the room of operations was asked, and how it answers.
type submitted struct {
	operations
	asked    []operation.Request
	answer   operation.Operation
	replayed bool
	err      error
	// actor is whom the audit log names for the last one.
	actor audit.Actor
}

func (s *submitted) Submit(ctx context.Context, r operation.Request) (operation.Operation, bool, error) {
	s.asked, s.actor = append(s.asked, r), audit.Of(ctx)
	return s.answer, s.replayed, s.err
}

const target = "01987b00-0000-7000-8000-000000000009"

// writes lists every write that can be asked for.
func writes() map[string]operation.Request {
	all := map[string]operation.Request{}
	for _, of := range resource.AllFacts() {
		for _, verb := range of.Verbs {
			if verb == resource.Create {
				all["POST /v2/telematics/"+of.Plural] = operation.Request{Kind: of.Kind, Verb: verb}
				continue
			}
			all["PATCH /v2/telematics/"+of.Plural+"/"+target] = operation.Request{Kind: of.Kind, Verb: verb,
				Target: uuid.MustParse(target)}
		}
	}
	return all
}

func TestEachWriteIsSubmittedAsItWasSent(t *testing.T) {
	t.Parallel()
	for line, want := range writes() {
		for query, sync := range map[string]bool{"": false, "?is_sync=false": false, "?is_sync=true": true,
			"?is_sync=1": true} {
			s := &submitted{answer: operation.Operation{Payload: []byte("{}")}}
			c := serve(t, s)
			a := c.do(line+query, ` {"a": 1.50} `)
			want.Partner, want.Sync, want.Body = uuid.Max, sync, []byte(` {"a": 1.50} `)
			if diff := cmp.Diff([]operation.Request{want}, s.asked); diff != "" || a.Code != http.StatusAccepted {
				t.Errorf("%s%s: %d %s (-want +got):\n%s", line, query, a.Code, a.Body, diff)
			}
		}
	}
}

func TestAWriteThatCannotBeReadIsNotSubmitted(t *testing.T) {
	t.Parallel()
	large := strings.Repeat(" ", 1<<20) + "{}"
	for line := range writes() {
		s := &submitted{}
		c := serve(t, s)
		for says, bad := range map[string]struct {
			line, body string
			headers    []string
			code       int
			text       string
		}{
			"no content type": {line, "{}", []string{"Content-Type", ""}, 400,
				"send the body as Content-Type: application/json"},
			"another": {line, "{}", []string{"Content-Type", "text/plain"}, 400,
				"send the body as Content-Type: application/json"},
			"a broken one": {line, "{}", []string{"Content-Type", "application/json; ="}, 400, "Content-Type"},
			"another charset": {line, "{}", []string{"Content-Type", "application/json; charset=UTF-16"}, 400,
				"send the body as UTF-8, not as utf-16"},
			"said to be packed": {line, "{}", []string{"Content-Encoding", "gzip"}, 400,
				"has Content-Encoding gzip and is none"},
			"packed otherwise": {line, "{}", []string{"Content-Encoding", "br"}, 415,
				"the body is encoded as br; send it as it is"},
			"a body over 1 MiB":  {line, large, nil, 400, "the body is larger than 1 MiB"},
			"is_sync is unclear": {line + "?is_sync=maybe", "{}", nil, 422, `"path":"is_sync"`},
			"an empty key":       {line, "{}", []string{"Idempotency-Key", ""}, 422, `"path":"Idempotency-Key"`},
			"a key with a tab":   {line, "{}", []string{"Idempotency-Key", "a\tb"}, 422, `"path":"Idempotency-Key"`},
			"a long key": {line, "{}", []string{"Idempotency-Key", strings.Repeat("k", 256)}, 422,
				`"path":"Idempotency-Key"`},
			"two keys": {line, "{}", []string{"Idempotency-Key", "a", "Idempotency-Key", "b"}, 422,
				"must be given once"},
			"an id that is none": {strings.Replace(line, target, "seven", 1), "{}", nil, 422, `"path":"id"`},
		} {
			if strings.HasPrefix(line, "POST") && says == "an id that is none" {
				continue
			}
			if a := c.do(bad.line, bad.body, bad.headers...); a.Code != bad.code ||
				!strings.Contains(a.Body.String(), bad.text) {
				t.Errorf("%s, %s: %d %s", line, says, a.Code, a.Body)
			}
		}
		if a := c.do(line, "{}", "Content-Type", "Application/JSON; charset=utf-8"); a.Code != http.StatusAccepted ||
			len(s.asked) != 1 {
			t.Errorf("%s with a charset: %d %s, submitted %d", line, a.Code, a.Body, len(s.asked))
		}
	}
}

func TestAKeyStandsForAllThatARepetitionMustShare(t *testing.T) {
	t.Parallel()
	const path, longest = "POST /v2/telematics/vehicles", 255
	key := func(line, body string, who access.Principal) *operation.Key {
		s := &submitted{}
		c := serve(t, s)
		c.who = who
		if a := c.do(line, body, "Idempotency-Key", strings.Repeat("k", longest)); a.Code != http.StatusAccepted {
			t.Fatalf("%d %s", a.Code, a.Body)
		}
		return s.asked[0].Key
	}
	me := access.Principal{Client: "me", Scopes: access.Scopes()}
	first := key(path, "{}", me)
	if first.Client != "me" || first.Value != strings.Repeat("k", longest) {
		t.Errorf("%+v", first)
	}
	for says, c := range map[string]struct {
		again *operation.Key
		same  bool
	}{
		"the same":          {key(path, "{}", me), true},
		"said otherwise":    {key(path+"?is_sync=false", "{}", me), true},
		"in sync":           {key(path+"?is_sync=true", "{}", me), false},
		"with a space":      {key(path, "{} ", me), false},
		"of another kind":   {key("POST /v2/telematics/trailers", "{}", me), false},
		"with another verb": {key("PATCH /v2/telematics/vehicles/"+target, "{}", me), false},
		"to another record": {key("PATCH /v2/telematics/vehicles/"+one, "{}", me), false},
		"of another client": {key(path, "{}", access.Principal{Client: "you", Scopes: access.Scopes()}), true},
	} {
		if same := bytes.Equal(first.Fingerprint, c.again.Fingerprint); same != c.same {
			t.Errorf("%s: the same is %t", says, same)
		}
	}
	s := &submitted{}
	if serve(t, s).do(path, "{}"); s.asked[0].Key != nil {
		t.Errorf("without a key: %+v", s.asked[0].Key)
	}
}

func TestTheAuditLogNamesTheClientAndWhomAnotherIssuersTokenIsAbout(t *testing.T) {
	t.Parallel()
	for want, who := range map[string]access.Principal{
		"client:me":                           {Client: "me"},
		"client:me sub:u-1":                   {Client: "me", Subject: "u-1"},
		"client:oidc:app sub:ann":             {Client: "oidc:app", Subject: "ann"},
		`client:oidc:app sub:"ann\n sub:bob"`: {Client: "oidc:app", Subject: "ann\n sub:bob"},
	} {
		s := &submitted{}
		c := serve(t, s)
		who.Scopes = access.Scopes()
		c.who = who
		if c.do("POST /v2/telematics/vehicles", "{}"); s.actor.Name != want {
			t.Errorf("%q, not %q", s.actor.Name, want)
		}
	}
}

func TestAWriteIsAnsweredAsItStands(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		state    operation.State
		sync     bool
		replayed bool
		code     int
	}{
		"async, queued":             {operation.Queued, false, false, 202},
		"async, repeated":           {operation.Queued, false, true, 202},
		"async, repeated when over": {operation.Failed, false, true, 202},
		"sync, done":                {operation.Succeeded, true, false, 200},
		"sync, done, repeated":      {operation.Succeeded, true, true, 200},
		"sync, failed":              {operation.Failed, true, false, 502},
		"sync, outcome unknown":     {operation.Unknown, true, false, 502},
	} {
		s := &submitted{replayed: c.replayed, answer: operation.Operation{ID: uuid.UUID{66}, State: c.state,
			Sync:    c.sync,
			Payload: []byte(`{"vin":"V"}`)}}
		a := serve(t, s).do("POST /v2/telematics/vehicles", "{}")
		replayed := a.Header().Get("Idempotent-Replayed")
		if a.Code != c.code || (replayed == "true") != c.replayed ||
			!strings.Contains(a.Body.String(), uuid.UUID{66}.String()) {
			t.Errorf("%s: %d, replayed %q: %s", says, a.Code, replayed, a.Body)
		}
	}
	s := &submitted{replayed: true, err: errors.New("the disk is gone")}
	if a := serve(t, s).do("POST /v2/telematics/vehicles", "{}"); a.Code != 500 ||
		a.Header().Get("Idempotent-Replayed") != "" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}
