package simtest

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/go-json-experiment/json"
)

// Reply is an answer; status 0 means that none came, for Err.
type Reply struct {
	Status int
	Header http.Header
	Text   string
	Err    error
}

// JSON is the object of the reply.
func (p Reply) JSON(t *testing.T) map[string]any {
	t.Helper()
	var o map[string]any
	p.Into(t, &o)
	return o
}

// Into decodes the reply.
func (p Reply) Into(t *testing.T, to any) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.Text), to); err != nil {
		t.Fatalf("%d %.300q is not what was expected: %v", p.Status, p.Text, err)
	}
}

// Refused checks the status of a refusal and returns the text of its member.
func (p Reply) Refused(t *testing.T, status int, member string) string {
	t.Helper()
	if p.Status != status {
		t.Fatalf("status = %d, want %d: %s", p.Status, status, p.Text)
	}
	text, ok := p.JSON(t)[member].(string)
	if !ok {
		t.Errorf("a refusal without %s: %s", member, p.Text)
	}
	return text
}

// ID is the id of an object, also one that is a number.
func ID(o map[string]any) string {
	if n, ok := o["id"].(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	text, _ := o["id"].(string)
	return text
}

// IDs are the ids of a list of objects.
func IDs(list []map[string]any) []string {
	var out []string
	for _, o := range list {
		out = append(out, ID(o))
	}
	return out
}
