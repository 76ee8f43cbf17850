package tsptest

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/tsp"
)

// unforeseen says where the requests of a write are others than its preview shows; "" if they are those. A placeholder
// stands for anything, and so does what is hidden. Where it stands for a whole body, further calls that read may come
// before.
func unforeseen(planned []tsp.Planned, calls []*call, x tsp.Write) string {
	m := foresight{operation: x.Operation.String(), mark: hex.EncodeToString(x.Operation[:])}
	for i, p := range planned {
		for open := m.follows(p); open && len(calls) > 0 && !calls[0].Wrote && m.request(p, calls[0]) != ""; {
			calls = calls[1:]
		}
		if len(calls) == 0 {
			return fmt.Sprintf("the request %d of the preview does not go out", i+1)
		}
		if wrong := m.request(p, calls[0]); wrong != "" {
			return fmt.Sprintf("the request %d goes out otherwise than it is previewed: %s", i+1, wrong)
		}
		if p.Reads && calls[0].Wrote {
			return fmt.Sprintf("the request %d is previewed as one that only reads, and changes something", i+1)
		}
		calls = calls[1:]
	}
	if len(calls) > 0 {
		return fmt.Sprintf("%d requests more go out than are previewed", len(calls))
	}
	return ""
}

// foresight compares what was previewed of an operation with what went out.
type foresight struct{ operation, mark string }

// masked is what stands where something is hidden.
const masked = "*****"

// anything is what stands for something that the preview does not know, or hides.
var anything = regexp.MustCompile(`\{\{[a-z0-9-]+-of-answer-[0-9]+\}\}|` + regexp.QuoteMeta(masked))

// follows tells whether a whole part of the body follows from answers.
func (m foresight) follows(p tsp.Planned) bool {
	return slices.ContainsFunc(p.Placeholders, func(one string) bool { return strings.HasPrefix(one, "{{what-follows-") })
}

func (m foresight) request(p tsp.Planned, c *call) string {
	url := "http://" + tspHost + c.URI
	if p.Request.Method != c.Method || !m.text(p.Request.URL, url) {
		return fmt.Sprintf("%s %s, and not %s %s", c.Method, url, p.Request.Method, p.Request.URL)
	}
	for name, values := range c.Header {
		shown, ok := p.Request.Headers[name]
		if added := []string{"Accept-Encoding", "Content-Length"}; slices.Contains(added, name) ||
			name == "User-Agent" && !ok {
			continue
		}
		if have := strings.Join(values, ", "); !ok || !m.text(shown, have) {
			return fmt.Sprintf("the header %s is %q, and not %q", name, have, shown)
		}
	}
	for name := range p.Request.Headers {
		if c.Header.Get(name) == "" {
			return "the header " + name + " is previewed alone"
		}
	}
	shown := ""
	if p.Request.Body != nil {
		shown = *p.Request.Body
	}
	if jsontext.Value(shown).IsValid() {
		return m.value("the body", jsontext.Value(shown), jsontext.Value(c.Body))
	}
	if !m.text(shown, string(c.Body)) {
		return fmt.Sprintf("the body is %s, and not %s", c.Body, shown)
	}
	return ""
}

// text compares texts; what stands for anything also stands for nothing.
func (m foresight) text(shown, have string) bool {
	var pattern strings.Builder
	at := 0
	for _, found := range anything.FindAllStringIndex(shown, -1) {
		pattern.WriteString(regexp.QuoteMeta(shown[at:found[0]]) + "(?s:.*)")
		at = found[1]
	}
	pattern.WriteString(regexp.QuoteMeta(shown[at:]))
	id := regexp.QuoteMeta("{{operation-id}}")
	whole := strings.ReplaceAll(pattern.String(), id, "(?:"+m.operation+"|"+m.mark+")")
	ok, err := regexp.MatchString("^"+whole+"$", have)
	return ok && err == nil
}

// wild tells whether a value holds nothing but what stands for anything.
func wild(v jsontext.Value) bool {
	switch v.Kind() {
	case '"':
		text := unquoted(string(v))
		return anything.FindString(text) == text && text != ""
	case '{':
		var members map[string]jsontext.Value
		_ = json.Unmarshal(v, &members)
		for name, one := range members {
			if !wild(one) && !wild(jsontext.Value(quoted(name))) {
				return false
			}
		}
		return len(members) > 0
	}
	return false
}

// value compares JSON values and says where they differ.
func (m foresight) value(path string, shown, have jsontext.Value) string {
	differ := fmt.Sprintf("%s is %s, and not %s", path, have, shown)
	switch {
	case wild(shown):
		return ""
	case shown.Kind() != have.Kind():
		return differ
	case shown.Kind() == '{':
		return m.members(path, shown, have)
	case shown.Kind() == '[':
		return m.items(path, shown, have)
	case shown.Kind() == '"' && m.text(unquoted(string(shown)), unquoted(string(have))), sameValue(string(shown), string(have)):
		return ""
	}
	return differ
}

// members compares objects. A placeholder as a name stands for further members.
func (m foresight) members(path string, shown, have jsontext.Value) string {
	var want, got map[string]jsontext.Value
	if json.Unmarshal(shown, &want) != nil || json.Unmarshal(have, &got) != nil {
		return path + " is no object"
	}
	open := false
	for name, value := range want {
		found, ok := got[name]
		switch {
		case wild(jsontext.Value(quoted(name))):
			open = true
		case !ok && !wild(value):
			return path + " has no " + name
		case ok:
			if wrong := m.value(path+"."+name, value, found); wrong != "" {
				return wrong
			}
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok && !open {
			return path + "." + name + " is not previewed"
		}
	}
	return ""
}

// items compares lists. An item that holds nothing but placeholders stands for any number of them.
func (m foresight) items(path string, shown, have jsontext.Value) string {
	var want, got []jsontext.Value
	if json.Unmarshal(shown, &want) != nil || json.Unmarshal(have, &got) != nil {
		return path + " is no list"
	}
	open := slices.ContainsFunc(want, wild)
	if !open && len(want) != len(got) {
		return fmt.Sprintf("%s has %d items, and not %d", path, len(got), len(want))
	}
	for i, one := range want {
		if wild(one) {
			continue
		}
		at := slices.IndexFunc(got, func(v jsontext.Value) bool { return m.value(path, one, v) == "" })
		if !open {
			if wrong := m.value(fmt.Sprintf("%s[%d]", path, i), one, got[i]); wrong != "" {
				return wrong
			}
		} else if at < 0 {
			return fmt.Sprintf("%s holds no %s", path, one)
		}
	}
	return ""
}
