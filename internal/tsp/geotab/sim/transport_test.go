package sim_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp/simkit/simtest"
)

func TestTheBodyMayBeAsEachOfGeotabsClientsWritesIt(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	params := s.withCredentials(`{"typeName":"Device","search":{"id":"b1"}}`)
	for name, c := range map[string]struct{ path, body, contentType string }{
		"JavaScript":     {"/apiv1/", `{"method":"Get","params":` + params + `}`, "application/json"},
		"Python":         {"/apiv1", `{"id":-1,"method":"Get","params":` + params + `}`, "application/json; charset=UTF-8"},
		"JSON-RPC":       {"/apiv1", `{"id":"7","jsonrpc":"2.0","method":"Get","params":` + params + `}`, "application/json"},
		"no media type":  {"/apiv1", `{"method":"Get","params":` + params + `}`, ""},
		"another order":  {"/apiv1", `{"params":` + params + `,"method":"Get"}`, "application/json"},
		"spaces between": {"/apiv1", " {\n\"method\" : \"Get\",\t\"params\":" + params + "}\n", "application/json"},
		"PHP":            {"/APIV1", `{"method":"Get","params":` + params + `}`, "application/json"},
		"old JavaScript": {"/apiv1", form(`{"method":"Get","params":` + params + `}`), "application/x-www-form-urlencoded"},
	} {
		got := s.post(c.path, c.body, "Content-Type", c.contentType)
		if ids(got.found()) != "b1" || got.body.Version != "2.0" {
			t.Errorf("%s: %d %s", name, got.Status, got.Text)
		}
		if kind := got.Header.Get("Content-Type"); kind != "application/json; charset=utf-8" {
			t.Errorf("%s: Content-Type %s", name, kind)
		}
	}
}

// form is a call as Geotab's older JavaScript clients write it.
func form(body string) string { return "JSON-RPC=" + url.QueryEscape(body) }

func TestAFormWithoutACallIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, body := range []string{"", "JSON=%7B%7D", "JSON-RPC=%7B", "JSON-RPC=%zz"} {
		got := s.post("/apiv1", body, "Content-Type", "application/x-www-form-urlencoded")
		got.refused(t, "JsonSerializerException")
	}
}

func TestWhatIsNoCallIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for body, want := range map[string]string{
		`{'method':'GetVersion'}`: "-32700 JsonSerializerException", ``: "-32700 JsonSerializerException",
		`[]`: "-32700 JsonSerializerException", `{"method":"GetVersion"}}`: "-32700 JsonSerializerException",
		`{"method":"GetVersion","method":"GetVersion"}`:     "-32700 JsonSerializerException",
		`{"method":"GetDevice"}`:                            "-32601 MissingMethodException",
		`{"method":"getVersion"}`:                           "-32601 MissingMethodException",
		`{}`:                                                "-32601 MissingMethodException",
		`{"method":"GetVersion","params":[]}`:               "-32000 InvalidCastException",
		`{"method":"GetVersion","parameters":{}}`:           "-32000 MissingMemberException",
		`{"method":"GetVersion","params":{"typeName":"x"}}`: "-32000 MissingMemberException",
		`{"method":"Get","params":{"typeName":"Device"}}`:   "-32000 InvalidUserException",
	} {
		got := s.post("/apiv1", body)
		code, kind, _ := strings.Cut(want, " ")
		if got.refused(t, kind); strconv.Itoa(got.body.Error.Code) != code {
			t.Errorf("%s: %s, want %s", body, got.Text, want)
		}
	}
}

func TestMethodsWithoutASession(t *testing.T) {
	t.Parallel()
	s := start(t)
	if got := s.rpc("GetSystemTimeUtc", `{}`); got.body.Result != "2026-11-24T12:00:00.000Z" {
		t.Errorf("the time is %s", got.Text)
	}
	version, _ := s.post("/apiv1", `{"method":"GetVersion"}`).body.Result.(string)
	if strings.Count(version, ".") < 2 {
		t.Errorf("the version is %q", version)
	}
}

func TestOnlyPOSTToTheAPIIsServed(t *testing.T) {
	t.Parallel()
	s := start(t)
	for call, status := range map[string]int{
		"GET /": 404, "POST /": 404, "POST /apiv2": 404, "POST /apiv1/Get": 404, "GET /apiv1": 405, "PUT /apiv1/": 405,
	} {
		method, path, _ := strings.Cut(call, " ")
		got := s.Do(method, path, `{}`)
		allows := got.Header.Get("Allow") == "POST, OPTIONS"
		if got.Status != status || !strings.HasPrefix(got.Text, "<html>") || allows != (status == 405) {
			t.Errorf("%s = %d %v %s", call, got.Status, got.Header, got.Text)
		}
	}
	if got := s.Do("POST", "/apiv1", strings.Repeat(" ", 1<<20+1)); got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body too large = %d", got.Status)
	}
}

func TestBrowsersMayCall(t *testing.T) {
	t.Parallel()
	s := start(t)
	asked := s.Do("OPTIONS", "/apiv1/", "", "Origin", "https://fleet.example", "Access-Control-Request-Method", "POST",
		"Access-Control-Request-Headers", "content-type")
	if asked.Status != http.StatusOK || !strings.Contains(asked.Header.Get("Access-Control-Allow-Methods"), "POST") ||
		!strings.Contains(asked.Header.Get("Access-Control-Allow-Headers"), "Content-Type") {
		t.Errorf("preflight: %d %v", asked.Status, asked.Header)
	}
	for _, got := range []simtest.Reply{asked, s.rpc("GetVersion", `{}`).Reply, s.rpc("Nothing", `{}`).Reply, s.Do("GET", "/", "")} {
		if got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("no CORS headers on %s", got.Text)
		}
	}
}

func TestAMulticallStopsAtTheFirstErrorAndKeepsWhatItDid(t *testing.T) {
	t.Parallel()
	s := signedIn(t)
	set := func(id, comment string) string {
		return `{"method":"Set","params":{"typeName":"Device","entity":{"id":"` + id + `","comment":"` + comment + `"}}}`
	}
	count := `{"method":"GetCountOf","params":{"typeName":"Device"}}`
	got := s.must("ExecuteMultiCall", `{"calls":[`+set("b1", "one")+`,`+count+`,{"method":"GetVersion"}]}`)
	results, _ := got.body.Result.([]any)
	if len(results) != 3 || results[0] != nil || results[1] != 9.0 {
		t.Errorf("results = %s", got.Text)
	}
	failed := s.rpc("ExecuteMultiCall", `{"calls":[`+set("b2", "two")+`,`+set("b99", "x")+`,`+set("b3", "three")+`]}`)
	failed.refused(t, badArgument)
	if index := failed.body.Error.Data.Index; *index != 1 {
		t.Errorf("requestIndex = %d", *index)
	}
	for id, comment := range map[string]string{"b1": "one", "b2": "two", "b3": ""} {
		if is := s.one("Device", id)["comment"]; is != comment {
			t.Errorf("the comment of %s is %v", id, is)
		}
	}
	for calls, kind := range map[string]string{
		`{"method":"ExecuteMultiCall","params":{"calls":[]}}`: "InvalidApiOperationException",
		`{"method":"Authenticate","params":{}}`:               "InvalidApiOperationException",
		`{"method":"Nothing"}`:                                badMethod, `7`: badCast,
	} {
		s.rpc("ExecuteMultiCall", `{"calls":[`+calls+`]}`).refused(t, kind)
	}
	s.rpc("ExecuteMultiCall", `{}`).refused(t, badNull)
}
