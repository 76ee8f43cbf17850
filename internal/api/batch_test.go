package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/operation"
	wrong "github.com/waybill-dev/waybill/internal/problem"
)

const batchPath, lineType = "POST /v2/telematics/batch", "application/x-ndjson"

// crowd is a room that accepts whatever comes in groups.
type crowd struct {
	submitted
	mu       sync.Mutex
	examined []operation.Request
	groups   []int
	// fails is what a group is refused with, as long as there are any.
	fails []error
}

func (c *crowd) Examine(_ context.Context, r operation.Request) operation.Candidate {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.examined = append(c.examined, r)
	out := operation.Candidate{Request: r}
	if strings.Contains(string(r.Body), "refused") {
		out.Err = &wrong.Error{Code: wrong.TooMany, Detail: "too many of these", RetryAfter: 1500 * time.Millisecond}
		return out
	}
	out.Operation = operation.Operation{ID: uuid.UUID{byte(len(c.examined))}, Kind: r.Kind, Verb: r.Verb, Payload: r.Body,
		State: operation.Queued}
	return out
}

func (c *crowd) SubmitAll(_ context.Context, all []operation.Candidate) []operation.Candidate {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.groups = append(c.groups, len(all))
	for i := range all {
		if len(c.fails) > 0 && all[i].Err == nil {
			all[i].Err, all[i].Ails, all[i].Again = c.fails[0], true, true
		}
		if k := all[i].Request.Key; k != nil && k.Value == "known" {
			all[i].Replayed = true
		}
		if k := all[i].Request.Key; k != nil && k.Value == "used" {
			all[i].Err = wrong.InvalidBody(wrong.Detail{Path: "Idempotency-Key", Message: "was given before"})
		}
	}
	if len(c.fails) > 0 {
		c.fails = c.fails[1:]
	}
	return all
}

// crowded is a counter with a crowd behind it.
func crowded(t *testing.T, change ...func(*api.Config)) (*counter, *crowd) {
	t.Helper()
	room := &crowd{}
	c := serve(t, room)
	config := c.Config
	config.Batches, config.MaxAge = room, time.Hour
	for _, f := range change {
		f(&config)
	}
	c.Server = api.New(config)
	return c, room
}

// told is a line of an answer.
type told struct {
	Line       int            `json:"line"`
	Ref        string         `json:"ref"`
	Status     int            `json:"status"`
	Replayed   bool           `json:"idempotent_replayed"`
	RetryAfter int            `json:"retry_after"`
	Body       map[string]any `json:"body"`
	End        string         `json:"end"`
	Lines      int            `json:"lines"`
	Accepted   int            `json:"accepted"`
	Refused    int            `json:"refused"`
}

// toldBy reads the lines of an answer.
func toldBy(t *testing.T, a *httptest.ResponseRecorder) (all []told) {
	t.Helper()
	if a.Code != 200 || a.Header().Get("Content-Type") != lineType {
		t.Fatalf("%d %v %s", a.Code, a.Header(), a.Body)
	}
	for text := range strings.Lines(a.Body.String()) {
		all = append(all, toldIn(t, text))
	}
	return all
}

func toldIn(t *testing.T, text string) (one told) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &one); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return one
}

// lineOf is a line with more members behind those of a message.
func lineOf(members string) string {
	return `{"method":"POST","path":"/v2/telematics/messages","body":{}` + members + "}\n"
}

func TestEachLineIsTheWriteThatItNames(t *testing.T) {
	t.Parallel()
	no := false
	for write, want := range writes() {
		method, path, _ := strings.Cut(write, " ")
		c, room := crowded(t)
		line := fmt.Sprintf(`{"method":%q,"path":%q,"body": {"a": 1.50} ,"expires_in":60,"ref":"mine"}`, method, path)
		all := toldBy(t, c.do(batchPath+"?strict=true&verify=false", line, "Content-Type", lineType))
		want.Partner, want.Strict, want.Expires, want.Body = uuid.Max, true, time.Minute, []byte(`{"a": 1.50}`)
		want.Verify = &no
		diff := cmp.Diff([]operation.Request{want}, room.examined, cmpopts.IgnoreFields(operation.Request{}, "Came"))
		if diff != "" || len(all) != 2 || room.examined[0].Came.IsZero() {
			t.Fatalf("%s (-want +got):\n%s", write, diff)
		}
		if a := all[0]; a.Line != 1 || a.Ref != "mine" || a.Status != 202 || a.Body["status"] != "pending" {
			t.Errorf("%s: %+v", write, a)
		}
		if e := all[1]; e.End != "complete" || e.Lines != 1 || e.Accepted != 1 || e.Refused != 0 {
			t.Errorf("%s: %+v", write, e)
		}
	}
}

func TestAKeyOfALineStandsForTheSameAsThatOfTheWriteByItself(t *testing.T) {
	t.Parallel()
	for write := range writes() {
		for query, member := range map[string]string{"": "", "expires_in=60": `,"expires_in":60`, "strict=true": "", "verify=true": ""} {
			method, path, _ := strings.Cut(write, " ")
			s := &submitted{}
			single := serve(t, s)
			config := single.Config
			config.MaxAge = time.Hour
			single.Server = api.New(config)
			single.do(write+"?"+query, `{"a": 1}`, "Idempotency-Key", "k")
			c, room := crowded(t)
			ofBatch := ""
			if member == "" {
				ofBatch = "?" + query
			}
			c.do(batchPath+ofBatch, fmt.Sprintf(`{"method":%q,"path":%q,"body":{"a": 1},"idempotency_key":"k"%s}`, method, path, member),
				"Content-Type", lineType)
			if diff := cmp.Diff(s.asked[0].Key, room.examined[0].Key); diff != "" {
				t.Errorf("%s?%s (-alone +in a batch):\n%s", write, query, diff)
			}
		}
	}
}

func TestADamagedLineIsToldAndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	vehicles := func(path string) string { return `{"method":"PATCH","path":"` + path + `","body":{}}` }
	for line, want := range map[string]problem{
		`{"method":"POST"`:                                       {Path: "", Message: "the line is not valid JSON"},
		`[1]`:                                                    {Path: "", Message: "the line must be a JSON object"},
		lineOf(`,"ref":"a","ref":1`):                             {Path: "ref", Message: "is given more than once"},
		`{}`:                                                     {Path: "method", Message: "is required"},
		lineOf(`,"pathe":"x"`):                                   {Path: "pathe", Message: `did you mean "path"?`},
		lineOf(`,"is_sync":true`):                                {Path: "is_sync", Message: "send this write by itself with is_sync=true"},
		lineOf(`,"strict":true`):                                 {Path: "strict", Message: "goes for a whole batch"},
		lineOf(`,"dry_run":null`):                                {Path: "dry_run", Message: "goes for a whole batch"},
		lineOf(`,"expires_in":0`):                                {Path: "expires_in", Message: "must be at least 1"},
		lineOf(`,"expires_in":3601`):                             {Path: "expires_in", Message: "must be at most 3600"},
		lineOf(`,"idempotency_key":""`):                          {Path: "idempotency_key", Message: "must not be empty"},
		lineOf(`,"idempotency_key":"ü"`):                         {Path: "idempotency_key", Message: "1 to 255 printable ASCII characters"},
		lineOf(`,"idempotency_key":"used"`):                      {Path: "idempotency_key", Message: "was given before"},
		`{"method":"POST","path":"/v2/x","body":{}}`:             {Path: "path", Message: "is not the path of a write by POST"},
		`{"method":"PUT","path":"/v2/x","body":{}}`:              {Path: "method", Message: "is not a known value"},
		`{"method":"POST","path":"/v2/x?strict=1","body":{}}`:    {Path: "path", Message: "must have no query"},
		`{"method":"POST","path":"/v2/telematics/messages"}`:     {Path: "body", Message: "is required"},
		strings.Replace(lineOf(""), "{}", `"{}"`, 1):             {Path: "body", Message: "must be an object"},
		vehicles("/v2/telematics/vehicles/7"):                    {Path: "path", Message: "GET /v2/telematics/vehicles?source_ids=7 finds it"},
		vehicles("/v2/telematics/messages/" + uuid.Max.String()): {Path: "path", Message: "is not the path of a write by PATCH"},
		vehicles("/v2/telematics/vehicles"):                      {Path: "path", Message: "is not the path of a write by PATCH"},
	} {
		c, room := crowded(t)
		all := toldBy(t, c.do(batchPath, lineOf("")+strings.TrimSpace(line)+"\n"+lineOf(""), "Content-Type", lineType))
		if len(all) != 4 || all[0].Status != 202 || all[2].Status != 202 || all[2].Line != 3 || all[3].Refused != 1 ||
			all[3].Accepted != 2 || all[3].End != "complete" {
			t.Errorf("%s: %+v", line, all)
			continue
		}
		detail, _ := all[1].Body["detail"].([]any)
		if all[1].Status != 422 || len(detail) == 0 {
			t.Errorf("%s: %+v", line, all[1])
			continue
		}
		one := detail[0].(map[string]any)
		if one["path"] != want.Path || !strings.Contains(one["message"].(string), want.Message) {
			t.Errorf("%s: %v, not %+v", line, one, want)
		}
		if want.Message != "was given before" && len(room.examined) != 2 {
			t.Errorf("%s: %d were examined", line, len(room.examined))
		}
	}
}

func TestLinesComeInAnyDress(t *testing.T) {
	t.Parallel()
	long := `{"method":"POST","path":"/v2/telematics/messages","body":{"a":"` + strings.Repeat("x", 1<<20) + `"}}` + "\n"
	body := "\n" + lineOf("") + "  \r\n" + strings.TrimSpace(lineOf("")) + "\r\n" + long + lineOf(`,"idempotency_key":"known"`) +
		strings.Replace(lineOf(`,"ref":"r"`), "{}", `{"a":"refused"}`, 1) + strings.TrimSpace(lineOf(""))
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(body))
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	for name, send := range map[string][]string{"plain": {body}, "packed": {packed.String(), "Content-Encoding", "gzip"}} {
		c, _ := crowded(t)
		all := toldBy(t, c.do(batchPath, send[0], append([]string{"Content-Type", lineType}, send[1:]...)...))
		if len(all) != 7 {
			t.Fatalf("%s: %+v", name, all)
		}
		for i, want := range []told{{Line: 2, Status: 202}, {Line: 4, Status: 202}, {Line: 5, Status: 400},
			{Line: 6, Status: 202, Replayed: true}, {Line: 7, Ref: "r", Status: 429, RetryAfter: 2}, {Line: 8, Status: 202},
			{End: "complete", Lines: 8, Accepted: 3, Refused: 2}} {
			if diff := cmp.Diff(want, all[i], cmpopts.IgnoreFields(told{}, "Body")); diff != "" {
				t.Errorf("%s, the answer %d (-want +got):\n%s", name, i+1, diff)
			}
		}
		if all[2].Body["detail"] != "the line is longer than 1 MiB" {
			t.Errorf("%s: the long one is told %v", name, all[2].Body)
		}
	}
}

func TestABatchThatCannotBeTakenIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	for says, c := range map[string]struct {
		query   string
		headers []string
		code    int
		text    string
	}{
		"another type":     {"", []string{"Content-Type", "application/json"}, 400, "send the body as Content-Type: application/x-ndjson"},
		"another charset":  {"", []string{"Content-Type", lineType + "; charset=utf-16"}, 400, "as UTF-8"},
		"packed otherwise": {"", []string{"Content-Type", lineType, "Content-Encoding", "br"}, 415, "encoded as br"},
		"a key for all":    {"", []string{"Content-Type", lineType, "Idempotency-Key", "k"}, 422, "give each line its own"},
		"a strange query":  {"?is_sync=true", []string{"Content-Type", lineType}, 422, `"path":"is_sync"`},
		"an unclear one":   {"?dry_run=so", []string{"Content-Type", lineType}, 422, `"path":"dry_run"`},
	} {
		s, room := crowded(t)
		a := s.do(batchPath+c.query, lineOf(""), c.headers...)
		if a.Code != c.code || !strings.Contains(a.Body.String(), c.text) || len(room.examined) > 0 {
			t.Errorf("%s: %d %s", says, a.Code, a.Body)
		}
	}
}
