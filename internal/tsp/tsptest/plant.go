package tsptest

import (
	"maps"
	"net/http"
	"net/http/httptest"

	json "github.com/go-json-experiment/json"
)

// planted is a password that only answers hold.
const planted = "planted-password-5JXq"

// plant lets every object of every answer hold a password, as TSPs do that answer with the whole
// record, and demands that nobody repeats it but as the record's source. status is the answers' own; 0 leaves it.
func (f form) plant(d draft, status int) {
	w := f.world(setup{})
	defer w.stop()
	w.front.expect(from(0, func(rw http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
		answer := httptest.NewRecorder()
		pass(answer, r)
		maps.Copy(rw.Header(), answer.Header())
		rw.Header().Del("Content-Length")
		if status != 0 {
			answer.Code = status
		}
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(withPassword(answer.Body.Bytes()))
	}))
	out, err := w.session.Write(f.t.ctx, w.write(f, d, 1))
	if out.Record != nil { // Its source is the TSP's own, as that of every listed record.
		out.Record.Source = nil
	}
	if leak := leaks(spill(out)+spill(err), []string{planted}); leak != "" {
		f.t.errorf("a password in the TSP's answer is told: %s", leak)
	}
}

// withPassword puts a password into every object of a JSON text; other text stays.
func withPassword(text []byte) []byte {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return text
	}
	var into func(v any)
	into = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, member := range v {
				into(member)
			}
			v["password"] = planted
		case []any:
			for _, member := range v {
				into(member)
			}
		}
	}
	into(v)
	out, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return text
	}
	return out
}
